/** The files that are written by `npm run generate` and compared by a test: the rules' pages for readers, their index, and the schemas of the configuration and of the protocol. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { protocolVersion } from "../runtime/src/protocol.ts";
import { configurationSchema } from "../server/src/analysis/configuration-schema.ts";
import * as rules from "../server/src/analysis/rules/all.ts";
import { protocolSchema } from "./protocol-schema.ts";
import { ruleIndex } from "./rule-index.ts";
import { readerPage } from "./reader-page.ts";

/** What of these folders is not among the generated files does not belong there. */
export const generatedFolders = ["docs/rules", "schemas"];

const root = fileURLToPath(new URL("..", import.meta.url));

/** Path from the root of the repository to text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const all = Object.values(rules).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const rooms = all.map((rule) => ({ rule, page: readFileSync(join(root, `server/src/analysis/rules/${rule.id}.md`), "utf8") }));
  return new Map([
    ...rooms.map(({ rule, page }) => [`docs/rules/${rule.id}.md`, readerPage(rule, page)] as const),
    ["docs/rules/README.md", ruleIndex(rooms)],
    ["schemas/instar.config.schema.json", formatted(configurationSchema)],
    ["schemas/package.schema.json", formatted(packageSchema)],
    [`schemas/protocol-${protocolVersion}.schema.json`, formatted(protocolSchema())],
  ]);
}

/** Laid over the schema of package.json that an editor has. */
const packageSchema = {
  $schema: configurationSchema.$schema,
  title: "The section of Instar in package.json",
  type: "object",
  properties: { instar: { $ref: "./instar.config.schema.json" } },
};

/** As the repository's formatter has it, which checks these files as well. */
function formatted(value: unknown): string {
  const formatter = join(dirname(createRequire(import.meta.url).resolve("oxfmt/package.json")), "bin/oxfmt");
  return execFileSync(process.execPath, [formatter, "--stdin-filepath", "schema.json"], {
    cwd: root,
    input: JSON.stringify(value, null, 2),
    encoding: "utf8",
  });
}
