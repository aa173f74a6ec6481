/** `npm run generate`: writes what is generated, and removes what is not any more. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFiles, generatedFolders } from "./generated-files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = generatedFiles();
for (const folder of generatedFolders.filter((each) => existsSync(join(root, each)))) {
  for (const name of readdirSync(join(root, folder))) if (!files.has(`${folder}/${name}`)) rmSync(join(root, folder, name));
}
let written = 0;
for (const [file, text] of files) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  written += 1;
}
console.log(`${written} of ${files.size} generated files were not up to date.`);
