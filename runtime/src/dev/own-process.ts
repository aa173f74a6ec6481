/**
 * `inOwnProcess`: a process that works on copies of live states, and is there for nothing else: it has the code that runs, and whatever that or
 * other code of the project does, loops, ends its process or takes all memory, it does there. It is ended in any case, and at once where nobody
 * wants its work any more.
 */
import { freemem } from "node:os";
import type { UpgradeError } from "../protocol.ts";
import { type Application, EndedMeanwhile, type RehearsalEvents } from "./application.ts";
import type { LoadRequest } from "./built-file.ts";
import type { ChildRequests, Outcome } from "./child-protocol.ts";
import { asDevError } from "./control-handlers.ts";
import { DevError, type DevErrorCode, toUpgradeError } from "./dev-error.ts";
import type { NamedProcess } from "./tell-rehearsal.ts";

export interface OwnProcessHost {
  /** Whose states these are. */
  readonly current: () => Application;
  readonly launch: (events: RehearsalEvents & { readonly onExit: (how: string) => void }) => Application;
  /** How long loading the code may take, and one state, in milliseconds. */
  readonly limits: { readonly load: number; readonly state: number };
  /** How much memory the process may take, in MB. Default: half of what the machine has left, 2 GB at most. */
  readonly memory: number | null;
}

export interface OwnProcess {
  ask<M extends keyof ChildRequests>(method: M, params: ChildRequests[M]["params"]): Promise<ChildRequests[M]["result"]>;
  /** The same for what is done to one state after the other. */
  askOfStates<M extends keyof ChildRequests>(method: M, params: ChildRequests[M]["params"]): Promise<ChildRequests[M]["result"]>;
}

/** What ended the work; as it is told. */
export class WorkEnded extends DevError {
  readonly error: UpgradeError;

  constructor(error: UpgradeError) {
    super(error.code as DevErrorCode, error.message, { module: error.module });
    this.error = error;
  }
}

/**
 * @param doing with a state, as the beginning of a sentence: `Converting`
 * @param advice what an end of it means, and what to do
 * @throws WorkEnded
 */
export async function inOwnProcess(
  { launch, limits, memory: fixed }: Omit<OwnProcessHost, "current">,
  {
    load,
    signal,
    doing,
    advice,
  }: { readonly load: LoadRequest; readonly signal: AbortSignal; readonly doing: string; readonly advice: Advice },
  work: (own: OwnProcess) => Promise<void>,
): Promise<void> {
  const memory = fixed ?? Math.max(256, Math.min(2048, Math.floor(freemem() / 2 ** 21)));
  let at: NamedProcess | null = null;
  let tookAll = false;
  let how = "";
  let giveUp = (_error: WorkEnded): void => {};
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
  // Where it comes after the end, nobody waits for it.
  givenUp.catch(() => {});
  const ended = (code: DevErrorCode, what: string, then: string): WorkEnded => {
    const subject =
      at === null ? "Loading the code" : `${doing} the state of ${at.pid} (${at.name === null ? "" : `${at.name}, `}${at.module})`;
    const { module = null, pid = null, name = null } = at ?? {};
    return new WorkEnded({ code, message: `${subject} ${what} ${then}`, module, pid, name, place: null });
  };
  const onLimit = (ms: number) => (): void =>
    giveUp(ended("INSTAR_REHEARSAL_HANGS", `did not come to an end within ${ms / 1000} s, so its process was ended.`, advice.hangs));
  const cancel = (): void => giveUp(new WorkEnded(canceled));
  let onStates = false;
  // First, since whatever keeps it from being started leaves nothing else behind.
  const child = launch({
    memory,
    onProcess(process) {
      at = process;
      // What it said last may be heard after its answer, and a timer that was ended begins anew by this.
      if (onStates) limit.refresh();
    },
    onMemory: () => (tookAll = true),
    onExit: (text) => (how = text),
  });
  let limit = setTimeout(onLimit(limits.load), limits.load);
  signal.addEventListener("abort", cancel);
  const ask: OwnProcess["ask"] = async (method, params) => {
    try {
      return await child.request(method, params);
    } catch (error) {
      if (!(error instanceof EndedMeanwhile)) throw error;
      // Its channel may have closed a moment before it is known why.
      await child.kill();
      if (tookAll || how === outOfMemory)
        throw ended("INSTAR_REHEARSAL_OUT_OF_MEMORY", `took more memory than the ${memory} MB that there were for it.`, advice.memory);
      throw ended("INSTAR_REHEARSAL_EXITED", `ended its process (${how}).`, advice.exits);
    }
  };
  const course = async (): Promise<void> => {
    valueOf(await ask("load", { load }));
    await work({
      ask,
      async askOfStates(method, params) {
        at = null;
        clearTimeout(limit);
        limit = setTimeout(onLimit(limits.state), limits.state);
        onStates = true;
        try {
          return await ask(method, params);
        } finally {
          onStates = false;
          clearTimeout(limit);
        }
      },
    });
  };
  try {
    if (signal.aborted) cancel();
    await Promise.race([course(), givenUp]);
  } catch (error) {
    throw error instanceof WorkEnded ? error : new WorkEnded(toUpgradeError(error, "INSTAR_RUNTIME_EXITED"));
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", cancel);
    await child.kill();
  }
}

export interface Advice {
  readonly hangs: string;
  readonly exits: string;
  readonly memory: string;
}

/** By this an exit is told from others: the heap was full, which V8 says in its last words. */
export const outOfMemory = "out of memory";

export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw asDevError(outcome.error);
}

const canceled = toUpgradeError(
  new DevError("INSTAR_UPGRADE_CANCELED", "the rehearsal was canceled; its process was ended."),
  "INSTAR_UPGRADE_CANCELED",
);
