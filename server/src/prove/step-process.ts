/** `StepProcess`: the child process in which steps run, from the side that asks: it is started when it is needed, and ended when it does not answer in time. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type {
  CompareAnswer,
  CompareRequest,
  Envelope,
  Forgotten,
  LoadAnswer,
  LoadRequest,
  Request,
  RunAnswer,
  RunRequest,
} from "./child-protocol.ts";

/** It did not answer in time, or ended without being told to. */
export type Lost = { readonly kind: "hung" } | { readonly kind: "ended"; readonly how: string };

export type Prepared = Omit<LoadRequest, "kind" | "nonce">;

export interface Limits {
  /** For one step, in milliseconds. */
  readonly step: number;
  /** For loading a module with all that it imports, in milliseconds. */
  readonly load: number;
}

export class StepProcess {
  readonly #prepared: Prepared;
  readonly #limits: Limits;
  #running: Running | null = null;
  #lastId = 0;

  constructor(prepared: Prepared, limits: Limits) {
    this.#prepared = prepared;
    this.#limits = limits;
  }

  /** Starts the process unless it runs, and loads the module into it. */
  async load(): Promise<LoadAnswer | Lost> {
    if (this.#running !== null) return this.#running.loaded;
    const running = start(this.#prepared.actor.root);
    const request: LoadRequest = { kind: "load", nonce: running.nonce, ...this.#prepared };
    const loaded = await this.#ask<LoadAnswer>(running, request, null, this.#limits.load);
    if (loaded.kind === "loaded" || loaded.kind === "failed") this.#running = { ...running, loaded };
    return loaded;
  }

  async run(request: Omit<RunRequest, "kind" | "id">): Promise<RunAnswer | Forgotten | Lost> {
    return await this.#request<RunAnswer | Forgotten>({ kind: "run", id: ++this.#lastId, ...request });
  }

  async compare(request: Omit<CompareRequest, "kind" | "id">): Promise<CompareAnswer | Forgotten | Lost> {
    return await this.#request<CompareAnswer | Forgotten>({ kind: "compare", id: ++this.#lastId, ...request });
  }

  close(): void {
    this.#running?.child.kill("SIGKILL");
    this.#running = null;
  }

  async #request<A>(request: RunRequest | CompareRequest): Promise<A | Lost> {
    const loaded = await this.load();
    if (this.#running === null) return loaded as Lost;
    return await this.#ask<A>(this.#running, request, request.id, this.#limits.step);
  }

  #ask<A>({ child, nonce, said }: Started, request: Request, id: number | null, limit: number): Promise<A | Lost> {
    return new Promise((resolve) => {
      const settle = (answer: A | Lost): void => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        child.off("error", onError);
        resolve(answer);
      };
      const lose = (lost: Lost): void => {
        this.#running = null;
        child.kill("SIGKILL");
        settle(lost);
      };
      const timer = setTimeout(() => lose({ kind: "hung" }), limit);
      const onMessage = (message: unknown): void => {
        const envelope = message as Partial<Envelope> | null;
        if (typeof envelope === "object" && envelope?.nonce === nonce && envelope.id === id) settle(envelope.answer as A);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        lose({ kind: "ended", how: `${signal === null ? `exit code ${code}` : `signal ${signal}`}${lastWords(said.text)}` });
      const onError = (error: Error): void => lose({ kind: "ended", how: error.message });
      // It may have ended while nobody asked.
      if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode, child.signalCode);
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.on("error", onError);
      // What it cannot be sent any more, its end says.
      child.send(request, () => {});
    });
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly nonce: string;
  readonly loaded: LoadAnswer;
  /** The end of what was written to standard error. */
  readonly said: { readonly text: string };
}

type Started = Omit<Running, "loaded">;

/** Ended with this process, whatever ends it: a step that never returns would go on for ever. */
const children = new Set<ChildProcess>();

function start(root: string): Started {
  // Beside this file in the bundle as in the sources.
  const bundled = fileURLToPath(new URL("./prove-child.js", import.meta.url));
  const isBundled = existsSync(bundled);
  const child = fork(isBundled ? bundled : fileURLToPath(new URL("./prove-child.ts", import.meta.url)), {
    cwd: root,
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // From the sources, TypeScript is loaded by threads and processes of the loader's.
    execArgv: isBundled ? restrictions() : ["--import", import.meta.resolve("tsx")],
  });
  // What gets around our own writing, so that it never has to wait. Node's last words are written so as well.
  child.stdout?.resume();
  const said = { text: "" };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.text = (said.text + text).slice(-2000)));
  if (children.size === 0) process.on("exit", endAll);
  children.add(child);
  child.once("exit", () => {
    children.delete(child);
    if (children.size === 0) process.off("exit", endAll);
  });
  return { child, nonce: randomUUID(), said };
}

/** The line of an error that Node died of. */
function lastWords(text: string): string {
  const line = /^(?:FATAL ERROR: |\w*Error(?: \[\w+\])?: ).*$/m.exec(text)?.[0];
  return line === undefined ? "" : `, ${line}`;
}

function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/** Flags of Node's that keep the process from writing files and starting processes, as far as this Node has them. */
function restrictions(): string[] {
  const has = (flag: string): boolean => process.allowedNodeEnvironmentFlags.has(flag);
  const flag = ["--permission", "--experimental-permission"].find(has);
  const memory = "--max-old-space-size=1024";
  if (flag === undefined) return [memory];
  // Packages with compiled parts can be loaded all the same.
  return [
    memory,
    flag,
    "--allow-fs-read=*",
    ...["--allow-addons", "--disable-warning=ExperimentalWarning", "--disable-warning=SecurityWarning"].filter((each) =>
      has(each.split("=")[0] ?? each),
    ),
  ];
}
