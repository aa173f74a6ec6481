#!/usr/bin/env node
/** The command `instar-language-server --stdio`: speaks LSP over its standard input and output. */
import module from "node:module";

// Node.js 22.1 and later keep compiled code between runs.
module.enableCompileCache?.();
await import("../dist/main.js");
