/**
 * `npm run conformance -- --root <folder> [--name dev] [--edit <command>] [--disrupt]`: whether a runtime does what `docs/protocol.md` says, one
 * line for each demand. Exit code 0 where it does, 1 where it does not, 2 where it cannot be tried.
 */
import { execSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { tryRuntime } from "./try-runtime.ts";

const usage =
  "npm run conformance -- --root <folder> [--name <runtime>] [--edit <command that changes a source>] [--disrupt]\n" +
  "                       --run-file <path> in place of --root and --name";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      root: { type: "string" },
      name: { type: "string", default: "dev" },
      "run-file": { type: "string" },
      edit: { type: "string" },
      disrupt: { type: "boolean", default: false },
    },
  });
  const { root, name, edit, disrupt, "run-file": runFile } = values;
  const file = runFile ?? (root === undefined ? null : join(resolve(root), ".instar", "run", `${name}.json`));
  if (file === null) throw new Error(`Say which runtime is to be tried:\n${usage}`);
  let failures = 0;
  let section = "";
  const command = edit === undefined ? {} : { edit: () => void execSync(edit, { cwd: root, stdio: ["ignore", "ignore", "inherit"] }) };
  for await (const verdict of tryRuntime({ file, disrupt, ...command })) {
    if (verdict.section !== section) console.log(`\n${verdict.section}`);
    ({ section } = verdict);
    const mark = verdict.failure !== null ? "✗" : verdict.skipped !== null ? "-" : "✓";
    console.log(`  ${mark} ${verdict.demand}${verdict.skipped === null ? "" : ` Not tried: ${verdict.skipped}.`}`);
    if (verdict.failure === null) continue;
    failures += 1;
    console.log(verdict.failure.replace(/^/gm, "      "));
  }
  console.log(failures === 0 ? "\nThe runtime does what the protocol demands." : `\n${failures} demands of the protocol are not met.`);
  return failures === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`No runtime can be tried: ${error.message}`);
    process.exit(2);
  },
);
