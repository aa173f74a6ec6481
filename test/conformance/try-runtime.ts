/** Tries one demand after the other on a runtime, given its run file. What one of them breaks, the next one does not suffer from. */
import { readFileSync } from "node:fs";
import type { RunFile } from "../../runtime/src/protocol.ts";
import { connecting } from "./connecting.ts";
import { disruptions } from "./disruptions.ts";
import { messages } from "./messages.ts";
import { methods } from "./methods.ts";
import { type RawClient, connect } from "./raw-client.ts";
import { readSchema } from "./schema.ts";
import type { Demand, Trial } from "./trial.ts";
import { upgrades } from "./upgrades.ts";

export interface TryOptions {
  /** Path of the run file. */
  readonly file: string;
  /** Changes a source of the application, so that there is an upgrade to try. */
  readonly edit?: () => void;
  /** Also what ends processes and, at last, the runtime. */
  readonly disrupt?: boolean;
  /** Milliseconds in which each answer must come. Default 10000. */
  readonly patience?: number;
}

export interface Verdict {
  readonly section: string;
  readonly demand: string;
  /** What is wrong; null where nothing is. */
  readonly failure: string | null;
  /** Why it was not tried; else null. */
  readonly skipped: string | null;
}

/** @throws where there is no run file, or nobody can connect by it */
export async function* tryRuntime({ file, edit, disrupt = false, patience = 10_000 }: TryOptions): AsyncGenerator<Verdict> {
  const run = JSON.parse(readFileSync(file, "utf8")) as RunFile;
  const target = { port: run.port, token: run.token, patience };
  const schema = readSchema();
  const opened = new Set<RawClient>();
  const open = async (): Promise<RawClient> => {
    const client = await connect(target);
    if (typeof client === "number") throw new Error(`the connection was refused with ${client}`);
    opened.add(client);
    return client;
  };
  const client = await open();
  const trial: Trial = { ...target, file, run, schema, client, open };
  try {
    for (const each of [...connecting, ...messages, ...methods, ...(edit === undefined ? [] : upgrades(edit)), heard])
      yield await judge(each, trial);
    if (disrupt) for (const each of disruptions) yield await judge(each, trial);
  } finally {
    for (const each of opened) each.socket.terminate();
  }
}

/** Comes last. */
const heard: Demand = {
  section: "Notifications",
  demand: "All notifications that came meanwhile are as the schema says.",
  check({ client, schema }) {
    for (const { method, params } of client.notifications) {
      const complaint = schema.definitions.includes(`${method}.params`) ? schema.complain(`${method}.params`, params) : null;
      if (complaint !== null) throw new Error(complaint);
    }
  },
};

async function judge({ section, demand, unless = false, check }: Demand, trial: Trial): Promise<Verdict> {
  if (unless !== false) return { section, demand, failure: null, skipped: unless };
  try {
    await check(trial);
    return { section, demand, failure: null, skipped: null };
  } catch (error) {
    return { section, demand, failure: (error as Error).message.replaceAll(trial.token, "<token>"), skipped: null };
  }
}
