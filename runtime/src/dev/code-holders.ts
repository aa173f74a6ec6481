/**
 * Who holds code that is no longer current: processes, timers, and functions and class instances in states. Asked for by people, so it may
 * take a while; the application goes on meanwhile.
 */
import type { Flight } from "../flight.ts";
import type { Process } from "../process.ts";
import { type CodeHolders, type HeldValue, type HeldVersion } from "../protocol.ts";
import { lingering } from "../purge.ts";
import { type System, live } from "../system.ts";
import { type FoundCode, findCode } from "./code-in-state.ts";
import type { CodeServer, HeldCode } from "./code-server.ts";
import { type CodeInspector, createCodeInspector } from "./inspect-code.ts";
import type { ActorModule } from "./module-instance.ts";

/** @param only A module's id; null for all. */
export async function findHolders(system: System, server: CodeServer, only: string | null): Promise<CodeHolders> {
  const inspector = await createCodeInspector();
  try {
    // What was purged and is held by nobody would be told as well, until it happens to be collected.
    await inspector.collectGarbage();
    const held = server.heldCode().filter(({ module }) => only === null || module === only);
    if (held.length === 0) return { versions: [], unknown: 0 };
    const found = await searchStates(system, server, held);
    const { urls, unknown } = await locateUntagged(inspector, server, found);
    return { versions: held.map((version) => describe(system, server, version, found, urls)), unknown };
  } finally {
    inspector.close();
  }
}

/** What is cheap to know about a module's old version. */
export function heldBy(system: System, { module, old }: ActorModule, held: readonly HeldCode[]) {
  const processes = module.old === null ? [] : lingering(system, module, module.old);
  return {
    processes: processes.length,
    handlers: processes.filter((process) => process.flight?.version === module.old).length,
    timers: held.find(({ module: id, status, load }) => id === module.id && status === "old" && load === old?.load)?.timers.length ?? 0,
  };
}

interface FoundInProcess extends FoundCode {
  readonly process: Process;
}

async function searchStates(system: System, server: CodeServer, held: readonly HeldCode[]): Promise<readonly FoundInProcess[]> {
  const urls = new Set(held.flatMap((version) => [...version.urls]));
  const isWanted = (code: object): boolean => {
    const tag = server.tags.of(code);
    return tag === undefined || urls.has(tag.url);
  };
  const found: FoundInProcess[] = [];
  let turnEnds = performance.now() + slice;
  // Those of now: while it is searched, others come and go.
  const processes = [...live(system).processes.values()];
  for (const process of processes) {
    // A supervisor's state is the runtime's own.
    if (process.version.kind === "supervisor" || process.phase === "exited") continue;
    const search = findCode(process.state, isWanted);
    let step = search.next();
    for (; step.done !== true; step = search.next()) if (performance.now() > turnEnds) turnEnds = await nextTurn();
    for (const one of step.value) found.push({ ...one, process });
    if (performance.now() > turnEnds) turnEnds = await nextTurn();
  }
  return found;
}

/** Milliseconds at a time that the search takes from the application. */
const slice = 2;

async function nextTurn(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return performance.now() + slice;
}

/** Scripts of the functions and classes that are not exported, of which at most `asked` are looked up. */
async function locateUntagged(
  inspector: CodeInspector,
  server: CodeServer,
  found: readonly FoundInProcess[],
): Promise<{ readonly urls: ReadonlyMap<object, string>; readonly unknown: number }> {
  const untagged = new Map<Function, object>();
  for (const { code } of found) {
    if (server.tags.of(code) !== undefined) continue;
    const maker = functionOf(code);
    if (maker !== null) untagged.set(maker, code);
  }
  const located = await inspector.locate([...untagged.keys()].slice(0, asked));
  const urls = new Map<object, string>();
  for (const [maker, url] of located) urls.set(untagged.get(maker) as object, url);
  return { urls, unknown: Math.max(0, untagged.size - asked) };
}

/** Each takes a third of a millisecond. */
const asked = 300;

/** The function itself, or the class with this prototype. */
function functionOf(code: object): Function | null {
  if (typeof code === "function") return code;
  const maker: unknown = Object.getOwnPropertyDescriptor(code, "constructor")?.value;
  return typeof maker === "function" ? maker : null;
}

function describe(
  system: System,
  server: CodeServer,
  version: HeldCode,
  found: readonly FoundInProcess[],
  urls: ReadonlyMap<object, string>,
): HeldVersion {
  const values = found.flatMap(({ kind, code, path, process }): { readonly kind: FoundCode["kind"]; readonly held: HeldValue }[] => {
    const tag = server.tags.of(code);
    const url = tag?.url ?? urls.get(code);
    if (url === undefined || !version.urls.has(url)) return [];
    const name = tag?.name ?? functionOf(code)?.name ?? "";
    const held = { pid: process.pid.id, name: process.name, path, code: name === "" ? "anonymous function" : name, url };
    return [{ kind, held }];
  });
  const of = (kind: FoundCode["kind"]): HeldValue[] => values.filter((value) => value.kind === kind).map(({ held }) => held);
  const processes = lingeringIn(system, server, version);
  const [functions, instances] = [of("function"), of("instance")];
  return {
    module: version.module,
    vsn: version.vsn,
    load: version.load,
    status: version.status,
    counts: {
      processes: processes.length,
      handlers: processes.filter(({ handler }) => handler !== null).length,
      timers: version.timers.length,
      functions: functions.length,
      instances: instances.length,
    },
    processes: processes.slice(0, listed),
    timers: version.timers.slice(0, listed),
    functions: functions.slice(0, listed),
    instances: instances.slice(0, listed),
  };
}

/** More of one kind do not tell more; the counts are of all. */
const listed = 100;

function beganAt({ process, since }: Flight): Date {
  const { clock } = process.host;
  return new Date(clock.now() - (since === null ? 0 : clock.monotonic() - since));
}

function lingeringIn(system: System, server: CodeServer, { module: id, status }: HeldCode): HeldVersion["processes"] {
  const module = server.modules.get(id)?.module;
  const old = module?.old ?? null;
  if (status === "purged" || module === undefined || old === null) return [];
  return lingering(system, module, old).map(({ pid, name, flight }) => ({
    pid: pid.id,
    name,
    handler: flight?.version === old ? flight.handler : null,
    since: flight?.version === old ? beganAt(flight).toISOString() : null,
  }));
}
