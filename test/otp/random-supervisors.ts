/**
 * Random scenarios for supervisors: makes them, writes them as Erlang terms for `random-supervisors.erl`, and plays them against the runtime.
 * Both say what they saw in the same words: after each step its result, what children did, and which there are.
 */
import {
  actor,
  child,
  self,
  supervisor,
  sys,
  type Actor,
  type ChildSpec,
  type InstarError,
  type Pid,
  type SupervisorDefinition,
  type Supervisor,
} from "../../runtime/src/index.ts";
import { formatReason } from "../../runtime/src/exit.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem, type TestSystem } from "../../runtime/src/testing.ts";
import { plan } from "../support/load-version.ts";

export interface Scenario {
  readonly definition: Definition;
  readonly steps: readonly Step[];
}

interface Definition {
  readonly strategy: "one_for_one" | "rest_for_one" | "one_for_all" | "simple_one_for_one";
  readonly restarts: number;
  readonly autoShutdown: "never" | "any_significant" | "all_significant";
  /** One without an id is a template; `version` is the one argument that it gives. */
  readonly children: readonly Child[];
}

interface Child {
  readonly id: string | null;
  /** Which of its starts fail. */
  readonly fails: readonly number[];
  readonly restart: "permanent" | "transient" | "temporary";
  readonly significant: boolean;
}

type Step =
  | { readonly do: "die"; readonly id: string; readonly reason: string }
  | { readonly do: "die_together"; readonly id: string; readonly and: string }
  | { readonly do: "kill" | "terminate" | "restart" | "delete"; readonly id: string }
  | { readonly do: "start"; readonly child: Child }
  | { readonly do: "start_more"; readonly id: string; readonly fails: readonly number[] }
  | { readonly do: "change"; readonly definition: Definition };

/** @param random Numbers from 0 to below 1. */
export function randomScenario(random: () => number): Scenario {
  const int = (below: number): number => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]): T => list[int(list.length)] as T;
  const ids = ["a", "b", "c", "d", "e"];
  const fails = (first: number): number[] => Array.from({ length: 8 }, (_, n) => n + first).filter(() => random() < 0.25);
  const newChild = (id: string | null, autoShutdown: string, first: number): Child => {
    const restart = pick(["permanent", "transient", "temporary"] as const);
    return { id, fails: fails(first), restart, significant: autoShutdown !== "never" && restart !== "permanent" && random() < 0.5 };
  };
  const definition = (isSimple: boolean): Definition => {
    const strategy = isSimple ? "simple_one_for_one" : pick(["one_for_one", "rest_for_one", "one_for_all"] as const);
    const autoShutdown = pick(["never", "never", "any_significant", "all_significant"] as const);
    const order = ids.toSorted(() => random() - 0.5).slice(0, 1 + int(4));
    const children = isSimple ? [null] : order;
    return {
      strategy,
      restarts: int(6),
      autoShutdown,
      children: children.map((id) => newChild(id, autoShutdown, random() < 0.05 ? 1 : 2)),
    };
  };
  const isSimple = random() < 0.25;
  const first = definition(isSimple);
  // OTP forgets the arguments of temporary instances, and fails to restart them when an upgrade makes them others.
  const isTemporary = isSimple && first.children[0]?.restart === "temporary";
  const more = (id: string): Step => ({ do: "start_more", id, fails: fails(random() < 0.1 ? 1 : 2) });
  const step = (): Step => {
    const id = pick(ids);
    const kind = int(isSimple ? 8 : 11);
    if (kind < 3) return { do: "die", id, reason: pick(["normal", "shutdown", "boom", "boom", "boom"]) };
    if (kind === 3) return { do: "die_together", id, and: pick(ids) };
    if (kind === 4) return { do: "kill", id };
    if (kind === 5) return { do: "terminate", id };
    if (kind === 6) return random() < 0.4 && !isTemporary ? { do: "change", definition: definition(isSimple) } : { do: "kill", id };
    if (isSimple) return more(id);
    if (kind === 7) return { do: "start", child: newChild(id, first.autoShutdown, random() < 0.2 ? 1 : 2) };
    return { do: kind === 8 ? "delete" : "restart", id };
  };
  const begin = isSimple ? ids.slice(0, 3).map(more) : [];
  return { definition: first, steps: [...begin, ...Array.from({ length: 3 + int(9) }, step)] };
}

/** As a term that `file:consult` reads. */
export function erlang({ definition, steps }: Scenario): string {
  const ofChild = ({ id, fails, restart, significant }: Child): string =>
    id === null ? `{template,${restart},${significant},[1]}` : `{${id},[${fails.join()}],${restart},${significant}}`;
  const ofDefinition = ({ strategy, restarts, autoShutdown, children }: Definition): string =>
    `{${strategy},${restarts},${autoShutdown},[${children.map(ofChild).join()}]}`;
  const ofStep = (step: Step): string => {
    if (step.do === "start") return `{start,${ofChild(step.child)}}`;
    if (step.do === "start_more") return `{start_more,[${step.id},[${step.fails.join()}]]}`;
    if (step.do === "change") return `{change,${ofDefinition(step.definition)}}`;
    return `{${Object.values(step).join()}}`;
  };
  return `{${ofDefinition(definition)},[${steps.map(ofStep).join()}]}.`;
}

/** What the runtime does, as `random-supervisors.erl` prints what OTP does. */
export async function play({ definition, steps }: Scenario): Promise<string> {
  const world = new World(definition);
  if (!(await world.start())) return `{not_started,${world.take()}}`;
  const first = `{started,${world.take()},${await world.children()}}`;
  const others: string[] = [];
  for (const step of steps) {
    if (!world.isUp) {
      others.push("ended");
      continue;
    }
    const result = await world.do(step);
    await world.test.clock.settle();
    others.push(`{${result},${world.take()},${await world.children()}}`);
  }
  await world.test.system.stop();
  return `{${first},[${others.join()}],${world.take()}}`;
}

interface Worker {
  init(version: number, id: string, fails: readonly number[], world: World): string;
  casts: { die(reason: string): void };
  infos: { exit(from: Pid<unknown> | null, reason: unknown): void };
}

/** A supervisor as of either kind; what it does not have, it refuses. */
type Calls = Supervisor["calls"];
interface AnySupervisor {
  init(): unknown;
  calls: { [N in keyof Calls]: (argument?: unknown) => ReturnType<Calls[N]> };
}

class World {
  readonly test: TestSystem = testSystem();
  readonly #log: string[] = [];
  readonly #starts = new Map<string, number>();
  /** The last that was started for each id. */
  readonly #pids = new Map<string, Pid<Worker>>();
  readonly #isSimple: boolean;
  readonly #handle: Actor<AnySupervisor>;
  readonly #worker: Actor<Worker>;
  #pid!: Pid<AnySupervisor>;

  constructor(definition: Definition) {
    this.#isSimple = definition.strategy === "simple_one_for_one";
    const log = this.#log;
    this.#worker = actor<Worker>({
      vsn: 1,
      trapExit: true,
      init: (_version, id, fails) => {
        const n = (this.#starts.get(id) ?? 0) + 1;
        this.#starts.set(id, n);
        log.push(fails.includes(n) ? `{fail,${id}}` : `{start,${id}}`);
        if (fails.includes(n)) throw new Error("nope");
        this.#pids.set(id, self<Worker>().pid);
        return id;
      },
      casts: { die: ({ stop }, reason) => stop(reason) },
      infos: { exit: ({ next }) => next() },
      terminate: ({ state }, reason) => void log.push(`{terminate,${state},${formatReason(reason)}}`),
    });
    this.#handle = this.#supervisor(definition);
  }

  get isUp(): boolean {
    return this.test.system.whereis("sup") !== null;
  }

  async start(): Promise<boolean> {
    try {
      this.#pid = await this.test.system.start(this.#handle, { name: "sup" });
      return true;
    } catch {
      return false;
    }
  }

  async do(step: Step): Promise<string> {
    try {
      return (await this.#do(step)) ?? "ok";
    } catch (error) {
      const { code } = error as InstarError;
      return results[code] ?? code;
    }
  }

  take(): string {
    const log = this.#log.splice(0);
    return `[${(this.#isSimple ? log.toSorted(asErlang) : log).join()}]`;
  }

  async children(): Promise<string> {
    if (!this.isUp) return "ended";
    const infos = this.#isSimple ? [] : await this.#pid.call("whichChildren");
    const states = infos.map(({ id, pid, restarting }) => `{${id},${pid !== null ? "up" : restarting ? "restarting" : "undefined"}}`);
    return `{[${states.join()}],[${Object.values(await this.#pid.call("countChildren")).join()}]}`;
  }

  async #do(step: Step): Promise<string | void> {
    switch (step.do) {
      case "die":
        return this.#die([step.id], (pid) => pid.cast("die", step.reason));
      case "kill":
        return this.#die([step.id], (pid) => live(this.test.system).processes.get(pid.id)?.exitSignal(null, "kill", "exit"));
      case "die_together":
        this.#die([step.id, step.and].toSorted(), (pid) => pid.cast("die", "boom"));
        return;
      case "terminate": {
        const pid = this.#pids.get(step.id);
        if (this.#isSimple && pid === undefined) return "none";
        await this.#pid.call("terminateChild", this.#isSimple ? pid : step.id);
        return;
      }
      case "restart":
        await this.#pid.call("restartChild", step.id);
        return;
      case "delete":
        await this.#pid.call("deleteChild", step.id);
        return;
      case "start":
        await this.#pid.call("startChild", this.#spec(step.child));
        return;
      case "start_more":
        await this.#pid.call("startChild", [step.id, step.fails, this]);
        return;
      case "change": {
        await sys.suspend(this.#pid);
        const { module, to } = plan(this.#handle, this.#supervisor(step.definition)).change;
        Object.assign(module, { old: module.current, current: to });
        await sys.changeCode(this.#pid);
        await sys.resume(this.#pid);
      }
    }
  }

  #die(ids: readonly string[], how: (pid: Pid<Worker>) => void): string | void {
    const living = ids.flatMap((id) => this.#pids.get(id) ?? []).filter((pid) => live(this.test.system).processes.has(pid.id));
    for (const pid of living) how(pid);
    return living.length === 0 ? "none" : undefined;
  }

  #supervisor({ strategy, restarts, autoShutdown, children }: Definition): Actor<AnySupervisor> {
    return supervisor({
      strategy,
      intensity: { restarts, within: 3_600_000 },
      autoShutdown: { never: "never", any_significant: "anySignificant", all_significant: "allSignificant" }[autoShutdown],
      children: children.map((one) => this.#spec(one)),
    } as SupervisorDefinition) as Actor<unknown> as Actor<AnySupervisor>;
  }

  #spec({ id, fails, restart, significant }: Child): ChildSpec {
    const options = { id: id ?? "template", restart, significant, shutdown: "infinity" } as const;
    const args = id === null ? ([1] as const) : ([1, id, fails, this] as const);
    return child(this.#worker, { ...options, args }) as ChildSpec;
  }
}

const results: Readonly<Record<string, string>> = {
  INSTAR_BAD_CHILD_SPEC: "bad_combination",
  INSTAR_CALL_EXITED: "exited",
  INSTAR_CHILD_ALREADY_PRESENT: "already_present",
  INSTAR_CHILD_ALREADY_STARTED: "already_started",
  INSTAR_CHILD_NOT_FOUND: "not_found",
  INSTAR_CHILD_RESTARTING: "restarting",
  INSTAR_CHILD_RUNNING: "running",
  INSTAR_INIT_FAILED: "nope",
};

/** Erlang's order of tuples: by size, then by elements. */
function asErlang(a: string, b: string): number {
  const [x, y] = [a.slice(1, -1).split(","), b.slice(1, -1).split(",")];
  if (x.length !== y.length) return x.length - y.length;
  const i = x.findIndex((element, n) => element !== y[n]);
  return i === -1 ? 0 : (x[i] as string) < (y[i] as string) ? -1 : 1;
}
