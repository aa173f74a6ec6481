#!/usr/bin/env node
/**
 * The command `instar`: hands over to the command line of `instar-language-server`, which is looked for first from the project and then
 * beside this package. It stays this thin so that an application can depend on `instar` without the analysis. `instar start` needs none, so it
 * is this package's own.
 */
import module, { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const here = join(process.cwd(), "package.json");
const [, , command, ...args] = process.argv;
const cli = find(here, "instar-language-server/cli") ?? find(import.meta.url, "instar-language-server/cli");

if (command === "start") {
  const { runStart } = await import(pathToFileURL(find(here, "instar/dev") ?? find(import.meta.url, "instar/dev")).href);
  process.exit(await runStart(args));
} else if (cli === undefined) {
  console.error(
    "instar: the command line is not installed here.\n" +
      "It comes with the package instar-language-server, which holds the analysis. Install it as a development dependency:\n\n" +
      "  npm install --save-dev instar-language-server\n",
  );
  process.exitCode = 2;
} else {
  // Node.js 22.1 and later keep compiled code between runs.
  module.enableCompileCache?.();
  await import(pathToFileURL(cli).href);
}

function find(from, name) {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
