/** What can be done from the view *Live Processes* beyond upgrades: with one process, and with a runtime. From the palette, each asks which is meant. */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import type { Register } from "../register-command.ts";
import { isTrusted } from "../trust.ts";
import type { LiveDocuments } from "./live-documents.ts";
import type { MoreNode, ProcessNode, RuntimeNode } from "./process-forest.ts";
import { filterWords } from "./process-filter.ts";
import { processRow } from "./process-rows.ts";
import type { ProcessTree } from "./process-tree.ts";

export interface ProcessCommands {
  readonly client: InstarClient;
  readonly tree: ProcessTree;
  readonly documents: LiveDocuments;
  readonly register: Register;
}

/** Those that leave a running system in another state than it was in. */
const changing: ReadonlySet<string> = new Set(
  ["suspendProcess", "resumeProcess", "restartProcess", "stopRuntime", "restartRuntime"].map((name) => `instar.${name}`),
);

export function registerProcessCommands({ client, tree, documents, register }: ProcessCommands): vscode.Disposable {
  const logs = createLogs(client);
  /** A command on one process. */
  const onProcess = (id: string, title: string, run: (node: ProcessNode) => Promise<void>, fits?: (node: ProcessNode) => boolean) =>
    register(id, async (argument) => {
      if (changing.has(id) && !(await isTrusted(vscode.l10n.t("This changes a running system.")))) return;
      const node = isNode(argument, "process") ? (argument as ProcessNode) : await pickProcess(tree, title, fits);
      if (node !== undefined) await run(node);
    });
  const onRuntime = (id: string, title: string, run: (node: RuntimeNode) => Promise<void>) =>
    register(id, async (argument) => {
      if (changing.has(id) && !(await isTrusted(vscode.l10n.t("This changes a running system.")))) return;
      const node = isNode(argument, "runtime") ? (argument as RuntimeNode) : await pickRuntime(tree, title);
      if (node !== undefined) await run(node);
    });
  const change = async ({ root, in: of, process }: ProcessNode, what: "suspend" | "resume" | "restart") => {
    await client.request("instar/changeProcess", { root, runtime: of.runtime.name, pid: process.pid, change: what });
    tree.refresh();
  };
  return vscode.Disposable.from(
    logs,
    register("instar.filterProcesses", () => askForFilter(tree)),
    register("instar.clearProcessFilter", async () => tree.setFilter("")),
    register("instar.showMoreProcesses", async (argument) => {
      const node = isNode(argument, "more") ? (argument as MoreNode) : tree.selected;
      if (node?.kind === "more") await tree.showMore(node.of);
      // From a key, with no such row selected: where one can be.
      else await vscode.commands.executeCommand("instar.processes.focus");
    }),
    register("instar.revealProcess", async (argument) => {
      const place = isPlace(argument) ? argument : await pickPlace(tree, vscode.l10n.t("Instar: Show in Live Processes"));
      if (place !== undefined && !(await tree.reveal(place.root, place.runtime, place.pid)))
        void vscode.window.showInformationMessage(vscode.l10n.t("The process {0} does not live any more.", place.pid));
    }),
    onProcess(
      "instar.suspendProcess",
      vscode.l10n.t("Instar: Suspend Process"),
      (node) => change(node, "suspend"),
      ({ process }) => process.status !== "suspended",
    ),
    onProcess(
      "instar.resumeProcess",
      vscode.l10n.t("Instar: Resume Process"),
      (node) => change(node, "resume"),
      ({ process }) => process.status === "suspended",
    ),
    onProcess(
      "instar.restartProcess",
      vscode.l10n.t("Instar: Restart Process"),
      async (node) => {
        const sure = await confirm(
          vscode.l10n.t("Restart {0}?", nameOf(node)),
          vscode.l10n.t("Its state and the messages that wait in its mailbox are lost. Its supervisor starts it anew."),
          vscode.l10n.t("Restart"),
        );
        if (sure) await change(node, "restart");
      },
      ({ process }) => process.kind === "actor",
    ),
    onProcess("instar.showProcessState", vscode.l10n.t("Instar: Show State"), ({ root, in: of, process, module }) => {
      const { pid, name } = process;
      const title = vscode.l10n.t("State of {0}", name ?? pid);
      return documents.show(title, { kind: "state", root, runtime: of.runtime.name, pid, module });
    }),
    onProcess("instar.copyPid", vscode.l10n.t("Instar: Copy Pid"), async ({ process }) => vscode.env.clipboard.writeText(process.pid)),
    onProcess("instar.revealModule", vscode.l10n.t("Instar: Go to Module"), (node) => revealModule(client, node)),
    register("instar.showCodeHolders", async (argument) => {
      const node =
        isNode(argument, "process") || isNode(argument, "runtime")
          ? (argument as ProcessNode | RuntimeNode)
          : await pickRuntime(tree, vscode.l10n.t("Instar: Show What Holds Old Code"));
      if (node === undefined) return;
      const runtime = node.kind === "runtime" ? node : node.in;
      await showHolders(documents, runtime, node.kind === "process" ? node.module : undefined);
    }),
    onRuntime("instar.stopRuntime", vscode.l10n.t("Instar: Stop Runtime"), async ({ root, runtime }) => {
      const sure = await confirm(
        vscode.l10n.t("Stop the runtime {0}?", runtime.name),
        vscode.l10n.t("Its application ends in order, and the states of all processes are lost."),
        vscode.l10n.t("Stop"),
      );
      if (sure) await client.request("instar/changeRuntime", { root, runtime: runtime.name, change: "stop" });
    }),
    onRuntime("instar.restartRuntime", vscode.l10n.t("Instar: Restart Application"), async ({ root, runtime }) => {
      const sure = await confirm(
        vscode.l10n.t("Restart the application of {0}?", runtime.name),
        vscode.l10n.t("It starts anew from the sources as they are on the disk, and the states of all processes are lost."),
        vscode.l10n.t("Restart"),
      );
      if (!sure) return;
      const title = vscode.l10n.t("Restarting the application of {0}", runtime.name);
      await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
        client.request("instar/changeRuntime", { root, runtime: runtime.name, change: "restart" }),
      );
      tree.refresh();
    }),
    onRuntime("instar.showRuntimeLog", vscode.l10n.t("Instar: Show Runtime Log"), async (node) => logs.show(node)),
  );
}

/** Each word that is typed counts at once; who leaves without Enter has what was there before. */
async function askForFilter(tree: ProcessTree): Promise<void> {
  const before = tree.filter;
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t("Instar: Filter Live Processes");
  input.placeholder = vscode.l10n.t("Name, pid, module, version as in v2, or {0}", filterWords);
  input.prompt = vscode.l10n.t("All words have to fit. An empty filter shows all processes.");
  input.value = before;
  let accepted = false;
  await new Promise<void>((resolve) => {
    input.onDidChangeValue((text) => tree.setFilter(text));
    input.onDidAccept(() => {
      accepted = true;
      input.hide();
    });
    input.onDidHide(() => resolve());
    input.show();
  });
  tree.setFilter(accepted ? input.value : before);
  input.dispose();
}

async function pickProcess(
  tree: ProcessTree,
  title: string,
  fits: (node: ProcessNode) => boolean = () => true,
): Promise<ProcessNode | undefined> {
  const { selected } = tree;
  const nodes = (await tree.all()).filter((node) => node.kind === "process");
  if (nodes.length === 0) return tellOfNoRuntime();
  const several = new Set(nodes.map(({ in: of }) => of)).size > 1;
  // Where the person is in the tree is what they most likely mean.
  const items = nodes
    .filter(fits)
    .toSorted((one, other) => Number(other === selected) - Number(one === selected))
    .map((node) => {
      const { label, description } = processRow(node, 0, false, vscode.l10n);
      return { label, description, ...(several ? { detail: node.in.runtime.name } : {}), node };
    });
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Process"), matchOnDescription: true });
  return picked?.node;
}

async function pickPlace(tree: ProcessTree, title: string): Promise<ProcessPlace | undefined> {
  const node = await pickProcess(tree, title);
  return node === undefined ? undefined : { root: node.root, runtime: node.in.runtime.name, pid: node.process.pid };
}

async function pickRuntime(tree: ProcessTree, title: string): Promise<RuntimeNode | undefined> {
  const nodes = (await tree.all()).filter((node) => node.kind === "runtime");
  if (nodes.length === 0) return tellOfNoRuntime();
  if (nodes.length === 1) return nodes[0];
  const items = nodes.map((node) => ({ label: node.runtime.name, description: node.root, node }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Runtime") }))?.node;
}

function tellOfNoRuntime(): undefined {
  const start = vscode.l10n.t("Start Dev Runtime");
  void vscode.window.showWarningMessage(vscode.l10n.t("No dev runtime is running for this workspace."), start).then((picked) => {
    if (picked === start) void vscode.commands.executeCommand("instar.startDevRuntime");
  });
  return undefined;
}

/** Modal, since what it asks about cannot be taken back. */
async function confirm(question: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

async function revealModule(client: InstarClient, { root, module }: ProcessNode): Promise<void> {
  const actors = await client.request("instar/actors", {});
  const found = actors.find((actor) => actor.root === root && actor.module === module);
  const uri = found === undefined ? vscode.Uri.file(`${root}/${module}.ts`) : vscode.Uri.parse(found.uri);
  const { start } = found?.range ?? { start: { line: 0, character: 0 } };
  const selection = new vscode.Range(start.line, start.character, start.line, start.character);
  await vscode.window.showTextDocument(uri, { selection });
}

async function showHolders(documents: LiveDocuments, { root, runtime }: RuntimeNode, module: string | undefined): Promise<void> {
  const title = module === undefined ? vscode.l10n.t("Old code of {0}", runtime.name) : vscode.l10n.t("Old code of {0}", module);
  await vscode.window.withProgress({ location: { viewId: "instar.processes" } }, () =>
    documents.show(title.replaceAll("/", "."), {
      kind: "holders",
      root,
      runtime: runtime.name,
      ...(module === undefined ? {} : { module }),
    }),
  );
}

/** What each runtime said since this window has known it, in a channel of its own. */
function createLogs(client: InstarClient): vscode.Disposable & { show(node: RuntimeNode): void } {
  const channels = new Map<string, vscode.LogOutputChannel>();
  const channelOf = (root: string, runtime: string): vscode.LogOutputChannel => {
    const key = `${root}\n${runtime}`;
    const name = vscode.l10n.t("Instar: {0} ({1})", runtime, root.split("/").at(-1) ?? root);
    const channel = channels.get(key) ?? vscode.window.createOutputChannel(name, { log: true });
    channels.set(key, channel);
    return channel;
  };
  const listening = client.onNotification("instar/runtimeLog", ({ root, runtime, level, text }) => {
    const channel = channelOf(root, runtime);
    if (level === "error") channel.error(text);
    else if (level === "warning") channel.warn(text);
    else channel.info(text);
  });
  return {
    show: ({ root, runtime }) => channelOf(root, runtime.name).show(),
    dispose: () => vscode.Disposable.from(listening, ...channels.values()).dispose(),
  };
}

function nameOf({ process }: ProcessNode): string {
  return process.name === null ? process.pid : `${process.name} ${process.pid}`;
}

/** As links in documents name a process. */
interface ProcessPlace {
  readonly root: string;
  readonly runtime: string;
  readonly pid: string;
}

function isPlace(argument: unknown): argument is ProcessPlace {
  return typeof argument === "object" && argument !== null && "root" in argument && "runtime" in argument && "pid" in argument;
}

function isNode(argument: unknown, kind: string): boolean {
  return typeof argument === "object" && argument !== null && "kind" in argument && argument.kind === kind;
}
