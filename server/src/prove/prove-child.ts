/**
 * The process in which a project's steps run, one at a time, as they are asked for. Nothing that they do reaches the one that asks: what
 * they print is kept back, they cannot end the process, and Node's permission model keeps them from writing files and from starting
 * processes. What this cannot keep from going wrong (a step that never returns), the other side ends.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";
import { types } from "node:util";
import type { LoadedActor } from "../../../runtime/src/dev/index.ts";
import type {
  Answer,
  CompareRequest,
  Direction,
  Envelope,
  Forgotten,
  LoadAnswer,
  LoadRequest,
  Place,
  Request,
  RunAnswer,
  RunRequest,
} from "./child-protocol.ts";
import { differences, levelsAlong, withValueAt } from "./compare-values.ts";
import { LookedInto, looking, makeValue } from "./make-value.ts";
import { pathText, valueText } from "./value-text.ts";

type Validator = (state: unknown) => string | null;

/** What the step that runs has done beside returning. */
const noticed = { exited: null as string | null, printed: "", afterwards: null as RunAnswer["afterwards"] };
/** The step that code belongs to which runs after it. */
const running = new AsyncLocalStorage<Pick<RunRequest, "step" | "direction">>();
const send = takeOverProcess();
const validators = new Map<number, Validator>();
/** The state that was made last, and what the last step in each direction gave. */
const kept = new Map<"made" | Direction, unknown>();
let nonce = "";
let actor: LoadedActor | null = null;

process.on("message", (request: Request) => {
  switch (request.kind) {
    case "load":
      ({ nonce } = request);
      void load(request).then((answer) => reply(null, answer));
      break;
    case "run": {
      const answer = run(request);
      // Once more around, so that what the step left behind has failed if it does so at once.
      setImmediate(() => reply(request.id, answer.kind === "ran" ? { ...answer, afterwards: takeAfterwards() } : answer));
      break;
    }
    case "compare":
      reply(request.id, compare(request));
  }
});

function reply(id: number | null, answer: Answer): void {
  send({ nonce, id, answer });
}

async function load(request: LoadRequest): Promise<LoadAnswer> {
  try {
    const { loadActor } = (await import(request.dev)) as { readonly loadActor: (built: LoadRequest["actor"]) => Promise<LoadedActor> };
    actor = await loadActor(request.actor);
    for (const { vsn, source } of request.validators) validators.set(vsn, new vm.Script(source).runInThisContext() as Validator);
    const { vsn, codeChange = {} } = actor.definition;
    const entries = Object.entries(codeChange).map(([from, step]) => ({ from: Number(from), ...step }));
    const places = actor.placesOf(entries.flatMap(({ up, down }) => (typeof down === "function" ? [up, down] : [up])));
    let next = 0;
    const steps = entries.map(({ from, down }) => {
      const isWay = typeof down === "function";
      return {
        from,
        irreversible: isWay ? null : down.irreversible,
        up: places[next++] ?? null,
        down: isWay ? (places[next++] ?? null) : null,
      };
    });
    return { kind: "loaded", vsn, steps };
  } catch (error) {
    const { code, place } = (error ?? {}) as { readonly code?: unknown; readonly place?: Place | null };
    const denied = deniedBy(error) ?? deniedBy((error as { readonly cause?: unknown } | null)?.cause);
    return {
      kind: "failed",
      code: typeof code === "string" ? code : null,
      message: `${thrownText(error)}${denied === null ? "" : ` (it was kept from ${denied})`}`,
      place: place ?? null,
    };
  }
}

function run({ step, direction, from }: RunRequest): RunAnswer | Forgotten {
  const { definition, copy, placeOf } = actor as LoadedActor;
  if ("recipe" in from) {
    kept.clear();
    looking.made = null;
    kept.set("made", makeValue(from.recipe));
  } else if (!kept.has(from.kept)) return { kind: "forgotten" };
  const before = kept.get("recipe" in from ? "made" : from.kept);
  const given = copy(before);
  const target = direction === "up" ? step + 1 : step;
  Object.assign(noticed, { exited: null, printed: "" });
  looking.found = null;
  let outcome: RunAnswer["outcome"];
  let after: unknown;
  try {
    const { up, down } = definition.codeChange?.[step] ?? {};
    const call = (direction === "up" ? up : down) as (state: unknown, extra: unknown) => unknown;
    looking.step = true;
    after = running.run({ step, direction }, (): unknown => Reflect.apply(call, definition.codeChange?.[step], [given, undefined]));
    looking.step = false;
    outcome = isThenable(after) ? leave(after) : { kind: "returned", misfit: misfitOf(after, target) };
  } catch (error) {
    looking.step = false;
    outcome = {
      kind: "threw",
      text: thrownText(error),
      place: types.isNativeError(error) ? placeOf(error) : null,
      denied: deniedBy(error),
    };
    // What V8 itself looks into says nothing of the real thing either.
    if (looking.made !== null && !types.isProxy(error) && error instanceof DOMException) looking.found ??= new LookedInto(looking.made);
  }
  const { exited, printed } = noticed;
  if (exited !== null) outcome = { kind: "exited", how: exited };
  // It may have caught what was thrown at it.
  else outcome = lookedInto() ?? outcome;
  kept.set(direction, after);
  const [mutation] = differences(before, given);
  const mutated = mutation === undefined ? null : pathText(mutation.path);
  return { kind: "ran", outcome, returned: valueText(after), mutated, printed: printed === "" ? null : printed, afterwards: null };
}

function compare({ vsn }: CompareRequest): Answer {
  if (!kept.has("made") || !kept.has("down")) return { kind: "forgotten" };
  const [was, middle, is] = [kept.get("made"), kept.get("up"), kept.get("down")];
  return {
    kind: "compared",
    differences: differences(was, is).map((each) => {
      const instead = withValueAt(middle, each.path, each.was);
      return {
        path: each.path,
        pathText: pathText(each.path),
        was: valueText(each.was),
        is: valueText(each.is),
        fits: instead !== undefined && misfitOf(instead.state, vsn) === null,
        levels: levelsAlong(middle, each.path),
      };
    }),
  };
}

function misfitOf(state: unknown, vsn: number): string | null {
  if (state === undefined || typeof state === "function")
    return `State: expected a state, got ${state === undefined ? "undefined" : "a function"}`;
  const { definition } = actor as LoadedActor;
  const own = vsn === definition.vsn ? (definition.misfit?.(state) ?? null) : null;
  return own ?? validators.get(vsn)?.(state) ?? null;
}

function lookedInto(): RunAnswer["outcome"] | null {
  const { found } = looking;
  return found && { kind: "lookedInto", path: found.path, what: found.what };
}

/** Nobody will look at it any more, so a rejection of it says nothing. */
function leave(promise: unknown): RunAnswer["outcome"] {
  Promise.resolve(promise).catch(() => {});
  return { kind: "promise" };
}

function isThenable(value: unknown): boolean {
  if (types.isPromise(value)) return true;
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  return typeof (value as { readonly then?: unknown }).then === "function";
}

function thrownText(thrown: unknown): string {
  try {
    if (types.isNativeError(thrown)) return `${thrown.name}: ${thrown.message}`;
  } catch {
    return "an Error that cannot be read";
  }
  return `${valueText(thrown)}, which is no Error`;
}

/** What Node's permission model refused, in words. */
function deniedBy(error: unknown): string | null {
  if (!types.isNativeError(error)) return null;
  const { code, permission, resource } = error as { code?: unknown; permission?: unknown; resource?: unknown };
  if (code !== "ERR_ACCESS_DENIED") return null;
  const what = {
    FileSystemWrite: "writing",
    ChildProcess: "starting a process",
    WorkerThreads: "starting a thread",
    Net: "using the network",
  }[String(permission)];
  return `${what ?? String(permission)}${typeof resource === "string" && resource !== "" ? ` ${resource}` : ""}`;
}

function takeAfterwards(): RunAnswer["afterwards"] {
  const { afterwards } = noticed;
  noticed.afterwards = null;
  return afterwards;
}

/** Takes away what could end this process, speak for it, or print. @returns how to answer */
function takeOverProcess(): (envelope: Envelope) => void {
  const answer = process.send?.bind(process) as (envelope: Envelope) => void;
  const exit = process.exit.bind(process);
  // Nobody is left who asks.
  process.on("disconnect", () => exit(0));
  const exiting =
    (name: string) =>
    (...args: readonly unknown[]): never => {
      noticed.exited ??= `process.${name}(${args.map(valueText).join(", ")})`;
      throw new Error(`${noticed.exited} was called while steps were tried`);
    };
  for (const name of ["exit", "reallyExit", "abort", "kill", "disconnect"]) Object.assign(process, { [name]: exiting(name) });
  Object.assign(process, { send: undefined });
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: unknown, ...rest: unknown[]): boolean => {
      if (noticed.printed.length < 1000) noticed.printed += String(chunk).slice(0, 1000);
      const done = rest.at(-1);
      if (typeof done === "function") process.nextTick(done);
      return true;
    };
  }
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => {
      const begun = running.getStore();
      // What belongs to no step is the module's own, and its business.
      if (begun !== undefined) noticed.afterwards ??= { ...begun, text: deniedBy(error) ?? thrownText(error) };
    });
  }
  return answer;
}
