/** `npm run new-rule <id>`: makes the room of a rule, with everything in it that is the same for all, and says what to fill in. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { registered, rulePage, ruleSource } from "./rule-skeleton.ts";

const rules = fileURLToPath(new URL("../server/src/analysis/rules/", import.meta.url));
const [id = "", ...more] = process.argv.slice(2);

if (!/^[a-z]+(-[a-z]+)+$/.test(id) || more.length > 0) {
  console.error(
    "Usage: npm run new-rule <id>\nAn id is published and never changes: two or more words in lower case with dashes between them, such as timer-holds-old-code.",
  );
  process.exit(2);
}
const taken = [`${id}.ts`, `${id}.md`].filter((name) => existsSync(join(rules, name)));
if (taken.length > 0) {
  console.error(`There is a rule ${id} already: server/src/analysis/rules/${taken.join(" and ")}. Nothing was written.`);
  process.exit(1);
}
const registry = join(rules, "all.ts");
writeFileSync(join(rules, `${id}.ts`), ruleSource(id));
writeFileSync(join(rules, `${id}.md`), rulePage(id));
writeFileSync(registry, registered(readFileSync(registry, "utf8"), id));
console.log(`Made server/src/analysis/rules/${id}.ts and ${id}.md, and a line in all.ts. Now fill in what says TODO: fill in.

1. ${id}.ts: the group, the severity, the description, and check (over the project) or checkModule (over one module).
2. ${id}.md: the title, the same description as its second paragraph, every section, and the examples: a finding, what its fix makes of it,
   and three near misses that are silent.
3. UPDATE=1 npm test -- rules writes the carets and the fixed blocks. Read them.
4. npm run generate writes docs/rules and the schema of the configuration.`);
