/** The extension where there are actors: it starts the language server, shows views and registers commands. `main.ts` decides when. */
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { registerCompare } from "./compare.ts";
import { registerDashboard } from "./dashboard/register-dashboard.ts";
import { registerFixAll } from "./fix-all.ts";
import { registerInitialize } from "./initialize.ts";
import { createInstarClient, type InstarClient } from "./language-client.ts";
import { registerOpenExample } from "./open-example.ts";
import { registerProve } from "./prove.ts";
import { registerShowStates } from "./show-states.ts";
import { createStatus } from "./status.ts";
import { registerUpgrades } from "./upgrades.ts";
import { registerUpgradeOnSave } from "./upgrade-on-save.ts";
import { registerViews } from "./views/register-views.ts";

let client: InstarClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<InstarClient> {
  const output = vscode.window.createOutputChannel("Instar", { log: true });
  client = createInstarClient(context, output);
  const views = registerViews(client, output, context.workspaceState);
  context.subscriptions.push(output, views, createStatus(client), ...registerCommands({ client, output, tree: views.processes }));
  context.subscriptions.push(registerInitialize({ client, context, output }), registerOpenExample({ context, output }));
  context.subscriptions.push(registerUpgradeOnSave({ client, output }), registerFixAll({ client, output }));
  context.subscriptions.push(registerProve({ client, output }), registerShowStates({ client, output }));
  context.subscriptions.push(registerUpgrades({ client, output }), registerCompare({ client, output }));
  context.subscriptions.push(registerDashboard({ context, client, output }));
  await client.start();
  return client;
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
