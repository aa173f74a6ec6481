/** The two language services that the bench of the analysis compares, each as an editor drives it: over its own protocol, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver-protocol/node";

export interface EditorBench {
  /** Opens a file; resolves with its first findings. */
  open(file: string): Promise<void>;
  /** Replaces the text of an open file; resolves with its findings, and with those of the files that depend on it where some are given. */
  edit(file: string, text: string, dependents?: readonly string[]): Promise<void>;
  /** Resolves when nothing is left to be done. */
  settled(): Promise<void>;
  /** Resident memory in megabytes; null where the platform does not say. */
  memory(): number | null;
  close(): void;
}

/** What the server tells, as far as it is waited for. */
interface Told {
  readonly uri?: string;
  readonly version?: number;
  readonly state?: string;
}

export async function openInstar(server: string, root: string): Promise<EditorBench> {
  const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const client = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const versions = new Map<string, number>();
  /** Whether the last change has been followed by a judgement of the whole project. */
  let ready = false;
  const waiting = new Set<
    (method: string, params: { readonly uri?: string; readonly version?: number; readonly state?: string }) => void
  >();
  const tell = (method: string) => (params: Told) => {
    if (method === "status") ready = params.state === "ready";
    for (const each of waiting) each(method, params);
  };
  client.onNotification("textDocument/publishDiagnostics", tell("diagnostics"));
  client.onNotification("instar/status", tell("status"));
  client.onRequest("client/registerCapability", () => null);
  client.onRequest("workspace/codeLens/refresh", () => null);
  client.listen();
  const uri = (file: string): string => pathToFileURL(file).href;
  const until = (
    fits: (method: string, params: { readonly uri?: string; readonly version?: number; readonly state?: string }) => boolean,
  ) =>
    new Promise<void>((resolve) => {
      const each = (method: string, params: Told): void => {
        if (!fits(method, params)) return;
        waiting.delete(each);
        resolve();
      };
      waiting.add(each);
    });
  await client.sendRequest("initialize", {
    processId: null,
    rootUri: null,
    workspaceFolders: [{ uri: uri(root), name: "bench" }],
    capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
    initializationOptions: { commands: [] },
  });
  void client.sendNotification("initialized", {});
  return {
    async open(file) {
      versions.set(file, 1);
      ready = false;
      const shown = until((method, params) => method === "diagnostics" && params.uri === uri(file));
      void client.sendNotification("textDocument/didOpen", {
        textDocument: { uri: uri(file), languageId: "typescript", version: 1, text: readFileSync(file, "utf8") },
      });
      await shown;
    },
    async edit(file, text, dependents) {
      const version = (versions.get(file) ?? 1) + 1;
      versions.set(file, version);
      ready = false;
      // Findings of dependents are shown where the cause is, once all of the project is judged.
      const shown =
        dependents === undefined
          ? until((method, params) => method === "diagnostics" && params.uri === uri(file) && params.version === version)
          : until((method, params) => method === "status" && params.state === "ready");
      void client.sendNotification("textDocument/didChange", {
        textDocument: { uri: uri(file), version },
        contentChanges: [{ text }],
      });
      await shown;
    },
    async settled() {
      if (!ready) await until((method, params) => method === "status" && params.state === "ready");
    },
    memory: () => memoryOf(child),
    close() {
      client.dispose();
      child.kill();
    },
  };
}

export function openTsserver(tsserver: string): EditorBench {
  const child = spawn(process.execPath, [tsserver, "--disableAutomaticTypingAcquisition"], { stdio: ["pipe", "pipe", "inherit"] });
  let sequence = 0;
  const waiting = new Map<number, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const message = JSON.parse(line) as { readonly type: string; readonly request_seq?: number };
    if (message.type !== "response" || message.request_seq === undefined) return;
    waiting.get(message.request_seq)?.();
    waiting.delete(message.request_seq);
  });
  const send = (command: string, args: object): number => {
    sequence += 1;
    child.stdin.write(`${JSON.stringify({ seq: sequence, type: "request", command, arguments: args })}\n`);
    return sequence;
  };
  const ask = (command: string, args: object): Promise<void> =>
    new Promise((resolve) => {
      waiting.set(send(command, args), resolve);
    });
  return {
    async open(file) {
      send("open", { file, fileContent: readFileSync(file, "utf8") });
      await ask("semanticDiagnosticsSync", { file });
    },
    async edit(file, text, dependents = [file]) {
      // Its own open files are replaced whole, as ours are.
      void ask("updateOpen", { openFiles: [{ file, fileContent: text }] });
      for (const each of dependents) await ask("semanticDiagnosticsSync", { file: each });
    },
    // Each answer is the last thing that it does.
    settled: async () => {},
    memory: () => memoryOf(child),
    close: () => void child.kill(),
  };
}

function memoryOf({ pid }: ChildProcess): number | null {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
