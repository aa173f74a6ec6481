/** The extension where there are actors: it starts the language server, shows views and registers commands. `main.ts` decides when. */
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { createInstarClient, type InstarClient } from "./language-client.ts";
import { createProcessTree } from "./process-tree.ts";
import { createStatus } from "./status.ts";

let client: InstarClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<InstarClient> {
  const output = vscode.window.createOutputChannel("Instar", { log: true });
  client = createInstarClient(context, output);
  const tree = createProcessTree(client);
  context.subscriptions.push(output, tree, createStatus(client), ...registerCommands({ client, output, tree }));
  await client.start();
  return client;
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
