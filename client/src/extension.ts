/** The extension where there are actors: it starts the language server, shows views and registers commands. `main.ts` decides when. */
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { registerFixAll } from "./fix-all.ts";
import { registerInitialize } from "./initialize.ts";
import { createInstarClient, type InstarClient } from "./language-client.ts";
import { registerOpenExample } from "./open-example.ts";
import { createProcessTree } from "./process-tree.ts";
import { createStatus } from "./status.ts";
import { registerUpgradeOnSave } from "./upgrade-on-save.ts";

let client: InstarClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<InstarClient> {
  const output = vscode.window.createOutputChannel("Instar", { log: true });
  client = createInstarClient(context, output);
  const tree = createProcessTree(client);
  context.subscriptions.push(output, tree, createStatus(client), ...registerCommands({ client, output, tree }));
  context.subscriptions.push(registerInitialize({ client, output }), registerOpenExample({ context, output }));
  context.subscriptions.push(registerUpgradeOnSave({ client, output }), registerFixAll({ output }));
  await client.start();
  return client;
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
