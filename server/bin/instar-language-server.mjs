#!/usr/bin/env node
/** The command `instar-language-server --stdio`: speaks LSP over its standard input and output. */
await import("../dist/main.js");
