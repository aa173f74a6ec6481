/** The entry point of the language server: a process that speaks LSP over stdio (`--stdio`) or Node IPC, and nothing else. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { processHost } from "./host.ts";
import { serve } from "./serve.ts";

const transports = ["--stdio", "--node-ipc", "--socket", "--pipe"];

if (transports.some((name) => process.argv.some((argument) => argument === name || argument.startsWith(`${name}=`)))) {
  const connection = createConnection(ProposedFeatures.all);
  serve(connection, processHost(1000));
  connection.listen();
} else {
  console.error("instar-language-server speaks LSP with an editor. Start it with --stdio.");
  process.exitCode = 2;
}
