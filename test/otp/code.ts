/** OTP's scenarios about code: what stays in an old version, what a purge ends, and what becomes of functions; played against core and code server. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { actor, type Actor, type ExitReason, type Pid } from "../../runtime/src/index.ts";
import { lingering, moduleOf, purge, softPurge } from "../../runtime/src/internal.ts";
import { endLingering } from "../../runtime/src/purge.ts";
import { createBuilder } from "../../runtime/src/dev/builder.ts";
import type { DevError } from "../../runtime/src/dev/dev-error.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem } from "../../runtime/src/testing.ts";
import { answering, exported, loaded, type LoadedProject } from "../support/loaded-project.ts";
import { plan } from "../support/load-version.ts";
import type { Play } from "./oracle.ts";

type Answer = (answer: unknown) => void;

/** Questions to a handler that is in flight; null ends it. */
interface Questions {
  next(): Promise<Answer | null>;
}

interface Loop {
  init(): null;
  calls: { who(): unknown };
  casts: { local(questions: Questions): void; nontail(questions: Questions, through: Pid<Loop>): void };
}

/** `local` answers within one handler, as a loop of local calls; `nontail` asks somebody else and comes back to its own code. */
const loop = (vsn: number): Actor<Loop> =>
  actor<Loop>({
    vsn,
    init: () => null,
    calls: { who: ({ reply }) => reply(["fq", vsn]) },
    casts: {
      local: async ({ next }, questions) => {
        for (let answer = await questions.next(); answer !== null; answer = await questions.next()) answer(["local", vsn]);
        return next();
      },
      nontail: async ({ next }, questions, through) => {
        for (let answer = await questions.next(); answer !== null; answer = await questions.next()) answer(await through.call("who"));
        return next();
      },
    },
  });

interface Linked {
  init(): null;
  calls: { link(to: Pid<Loop>): void; seen(): unknown };
  infos: { exit(from: Pid<never> | null, reason: ExitReason): void };
}

function questions(): Questions & { ask(): Promise<unknown>; end(): void } {
  const asked: (Answer | null)[] = [];
  let wake = (): void => {};
  const push = (answer: Answer | null): void => {
    asked.push(answer);
    wake();
  };
  return {
    ask: () => new Promise((resolve) => push(resolve)),
    end: () => push(null),
    async next() {
      while (asked.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return asked.shift() ?? null;
    },
  };
}

/** The three processes of OTP's scenarios, all in version 1. */
async function three() {
  const world = testSystem();
  const { system, clock } = world;
  const handle = loop(1);
  const module = moduleOf(handle);
  const [local, fq, nontail, inner] = [
    await system.start(handle),
    await system.start(handle),
    await system.start(handle),
    await system.start(handle),
  ];
  const [toLocal, toNontail] = [questions(), questions()];
  local.cast("local", toLocal);
  nontail.cast("nontail", toNontail, inner);
  await clock.settle();
  const all = [local, fq, nontail];
  const processOf = (pid: Pid<Loop>) => live(system).processes.get(pid.id);
  const ended: ExitReason[] = [];
  for (const pid of all)
    void processOf(pid)
      ?.ended()
      .then((reason) => ended.push(reason));
  return {
    ...world,
    handle,
    module,
    local,
    fq,
    toLocal,
    ended,
    ask: async () => [await toLocal.ask(), await fq.call("who"), await toNontail.ask()],
    alive: () => all.map((pid) => processOf(pid) !== undefined),
    inOld: () => {
      const held = module.old === null ? [] : lingering(system, module, module.old);
      return all.map((pid) => held.some((process) => process.pid.id === pid.id));
    },
    /** What `code:load_binary` does: nobody is asked, a process takes its next message with the new code, and a third version purges the first. */
    load(vsn: number): void {
      const { old } = module;
      const { to } = plan(handle, loop(vsn)).change;
      Object.assign(module, { old: module.current, current: to });
      for (const process of live(system).processes.values()) if (process.module === module) process.version = to;
      if (old !== null) endLingering(system, module, old);
    },
  };
}

const atRest = "a process at rest holds no code: what it does next, it does in the current version";
const codes = "errors are named by stable codes";
const noDelete = "no such thing: a module that is not imported any more is simply not loaded";

export const code: Record<string, Play> = {
  async s11_local_vs_fq_loop(see) {
    const { module, load, ask, inOld, toLocal, local, clock } = await three();
    see.same(1, await ask());
    see.same(2, module.old !== null);
    load(2);
    see.same(3, [module.old !== null, [module.current.vsn]]);
    see.differs(4, inOld(), [true, false, true], atRest);
    const first = await ask();
    see.differs(
      5,
      first,
      [
        ["local", 1],
        ["fq", 2],
        ["fq", 2],
      ],
      atRest,
    );
    see.same(6, await ask());
    see.same(7, inOld());
    toLocal.end();
    await clock.settle();
    local.cast("local", toLocal);
    see.same(8, await toLocal.ask());
  },

  async s12_third_version_purge(see) {
    const { handle, load, alive, ended, clock, fq, system } = await three();
    load(2);
    see.none(1, "there is no load without a purge: the third version always pushes the first out");
    see.same(2, alive());
    load(3);
    await clock.settle();
    see.none(3, "loading is a part of the commit, which has its own report");
    see.same(4, ended);
    see.same(5, alive());
    const who = (answer: unknown) => (answer as unknown[])[1];
    see.differs(6, [who(await fq.call("who")), who(await fq.call("who"))], [3, 3], atRest);

    const told: unknown[] = [];
    const linked = await system.start(
      actor<Linked>({
        vsn: 1,
        trapExit: true,
        init: () => null,
        calls: {
          link: ({ self, reply }, to) => {
            self.link(to);
            return reply(undefined);
          },
          seen: ({ reply }) => reply(told),
        },
        infos: {
          exit: ({ next }, _from, reason) => {
            told.push(["exit", reason]);
            return next();
          },
        },
      }),
    );
    const killed = await system.start(handle);
    killed.cast("local", questions());
    await linked.call("link", killed);
    load(2);
    load(1);
    await clock.settle();
    see.differs(
      7,
      await linked.call("seen"),
      [["exit", "killed"]],
      "OTP's first message is about the process that waits in its loop, which lives on here; the linked one's exit comes as in OTP",
    );
  },

  async s13_soft_purge(see) {
    const { module, load, alive, system } = await three();
    see.same(1, softPurge(system, module));
    see.same(2, purge(system, module));
    load(2);
    see.same(3, [softPurge(system, module), alive()[0]]);
    see.none(4, noDelete);
    see.same(5, [purge(system, module), alive()[0]]);
    see.same(6, purge(system, module));
    see.none([7, 9], noDelete);
    const missing = createBuilder("/nowhere").build(["/nowhere/app.ts"]);
    see.differs(10, await codeOf(missing), "INSTAR_BUILD_FAILED", codes);
  },

  async s15_funs_across_versions(see) {
    await withProject(
      { "src/app.ts": answering("0", "", 'export * from "./loop";'), "src/loop.ts": funs(1) },
      async ({ project, server, system, upgrade }) => {
        const load = async (vsn: number): Promise<void> => {
          project.write("src/loop.ts", funs(vsn));
          await upgrade();
        };
        const make = (name: string, ...args: unknown[]) =>
          (exported(server, "src/app", name) as (...args: unknown[]) => (...args: unknown[]) => unknown)(...args);
        const names = {
          anon: "anon",
          named_local: "namedLocal",
          external: "external",
          anon_calls_fq: "anonCallsFq",
          ext_only_v12: "extOnlyV12",
        };
        const held = Object.entries(names).map(([name, made]) => [name, make(made)] as const);
        const withEnv = make("anonEnv", "e");
        const anon = make("anon");
        const holder = await system.start(
          actor<{ init(): unknown; calls: { call(): unknown } }>({
            vsn: 1,
            init: () => ({ anon }),
            calls: { call: ({ state, reply }) => reply((state as { anon(): unknown }).anon()) },
          }),
        );
        const call = () => held.map(([name, fun]) => [name, attempt(fun)]);
        const { module } = server.modules.get("src/app") ?? assert.fail();
        const alive = () => live(system).processes.has(holder.id);
        const stays = "JavaScript takes no code away from a function that somebody holds: it runs on, and is listed by code/holders";
        const after = (now: number, last: unknown) => [
          ["anon", ["returned", ["anon", 1]]],
          ["named_local", ["returned", ["helper", 1]]],
          ["external", ["returned", ["helper", now]]],
          ["anon_calls_fq", ["returned", ["anon_from", 1, "calls", ["helper", now]]]],
          ["ext_only_v12", last],
        ];

        see.same(1, call());
        await load(2);
        see.same(2, call());
        see.same(
          3,
          attempt(() => withEnv("y")),
        );
        see.same(4, [softPurge(system, module), alive()]);
        server.release();
        see.differs(5, call(), after(2, ["returned", ["only_v12", 2]]), stays);
        await load(3);
        see.differs(6, call(), after(3, ["raised", "error", "undef"]), stays);
        see.differs(
          7,
          attempt(() => withEnv("y")),
          ["returned", ["anon_env", 1, "e", "y"]],
          stays,
        );
        see.same(8, alive());
        see.differs(9, await holder.call("call"), ["anon", 1], stays);
        const third = make("anon");
        await load(3);
        await load(3);
        see.same(10, attempt(third));
        see.same(11, held[0]?.[1] === make("anon"));
      },
    );
  },

  async s17_on_load_failure(see) {
    const version = (vsn: number, more = "", head = ""): string => answering(String(vsn), more, head);
    const files = {
      "src/app.ts": answering("0", "", 'import "./bad.actor"; import "./loop.actor"; import "./record.actor";'),
      "src/bad.actor.ts": version(1),
      "src/loop.actor.ts": version(0),
      "src/record.actor.ts": version(0),
    };
    await withProject(files, async ({ project, ask, upgrade }) => {
      const load = async (changed: Readonly<Record<string, string>>): Promise<unknown> => {
        for (const [file, text] of Object.entries(changed)) project.write(file, text);
        return await codeOf(upgrade());
      };
      const throwing = version(2, "", 'throw new Error("nope");');
      see.differs(1, await load({ "src/bad.actor.ts": throwing }), "INSTAR_EVALUATION_FAILED", codes);
      see.same(2, await ask("src/bad.actor"));
      see.differs(3, await load({ "src/bad.actor.ts": "garbage garbage" }), "INSTAR_BUILD_FAILED", codes);
      see.differs(4, await load({ "src/bad.actor.ts": version(2, 'id: "src/another",') }), "INSTAR_KIND_CHANGED", codes);
      see.same(5, await ask("src/bad.actor"));
      see.same(6, await load({ "src/bad.actor.ts": version(1), "src/loop.actor.ts": version(1), "src/record.actor.ts": version(1) }));
      see.differs(
        7,
        await load({ "src/loop.actor.ts": version(2), "src/bad.actor.ts": throwing }),
        "INSTAR_EVALUATION_FAILED",
        "every module may have code that runs when it is loaded; where it throws, none of them is loaded",
      );
      see.same(8, await ask("src/loop.actor"));
    });
  },
};

/** The functions of OTP's `fx_loop`, of one version. */
const funs = (vsn: number): string => `
  import { mfa } from "instar";
  import * as all from "./loop";
  export const helper = () => ["helper", ${vsn}];
  export const anon = () => () => ["anon", ${vsn}];
  export const anonEnv = (x: unknown) => (y: unknown) => ["anon_env", ${vsn}, x, y];
  export const namedLocal = () => helper;
  export const external = () => mfa(all, "helper");
  export const anonCallsFq = () => { const helper = mfa(all, "helper"); return () => ["anon_from", ${vsn}, "calls", helper()]; };
  ${vsn < 3 ? `export const onlyV12 = () => ["only_v12", ${vsn}]; export const extOnlyV12 = () => mfa(all, "onlyV12");` : ""}
`;

/** A project for one play; it is removed afterwards. */
async function withProject(files: Readonly<Record<string, string>>, play: (project: LoadedProject) => Promise<void>): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  try {
    await play(await loaded({ after: (cleanup: () => unknown) => cleanups.push(cleanup) } as unknown as TestContext, files));
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}

function attempt(fun: () => unknown): unknown {
  try {
    return ["returned", fun()];
  } catch (error) {
    const { code: name } = error as { readonly code?: string };
    return ["raised", "error", name === "INSTAR_UNDEFINED_FUNCTION" ? "undef" : error];
  }
}

async function codeOf(loading: Promise<unknown>): Promise<string> {
  return await loading.then(
    () => "ok",
    (error: DevError) => error.code,
  );
}
