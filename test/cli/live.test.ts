/**
 * The commands on a running system, against a runtime that is only its control endpoint: what they ask, what they print, how they end,
 * and what they say where the runtime cannot be reached. The same commands on a real system are in `upgrade.test.ts`.
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { CodeHolders, HeldVersion, LoadedModuleInfo, ProcessInfo, PurgeReport, UpgradeReport } from "../../runtime/src/protocol.ts";
import { type Answers, fakeRuntime } from "../support/fake-runtime.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { temporaryProject } from "../support/temporary-project.ts";

const room: LoadedModuleInfo = {
  id: "src/room.actor",
  file: "/x/src/room.actor.ts",
  kind: "actor",
  vsn: 1,
  shape: null,
  old: null,
  processes: 1,
};
const user: LoadedModuleInfo = { ...room, id: "src/user.actor", file: "/x/src/user.actor.ts" };

const process1: ProcessInfo = {
  pid: "<0.2>",
  name: "tea",
  parent: "<0.1>",
  module: "src/room.actor",
  kind: "actor",
  vsn: 1,
  status: "idle",
  mailbox: 3,
  stateSize: 2048,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 1,
  oldCode: true,
};

const committed: UpgradeReport = {
  outcome: "committed",
  modules: [{ id: "src/room.actor", from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: [
    {
      pid: "<0.2>",
      name: "tea",
      module: "src/room.actor",
      from: 1,
      to: 2,
      pause: 1,
      queued: 2,
      before: "{ title: 'Tea' }",
      after: "{ name: 'Tea' }",
    },
    { pid: "<0.3>", name: null, module: "src/room.actor", from: 1, to: 2, pause: 3, queued: 0, before: null, after: null },
  ],
  messages: { queued: 2, translated: 1, dropped: 0, callsSpanning: 4 },
  time: { build: 12, quiesce: 1.5, convert: 0.5, commit: 0.25, total: 20 },
  errors: [],
};

const failed: UpgradeReport = {
  ...committed,
  outcome: "failed",
  modules: [],
  processes: [],
  errors: [
    {
      code: "INSTAR_CODE_CHANGE_FAILED",
      message: "up threw: no title.\nCorrect the step.",
      module: "src/room.actor",
      pid: "<0.2>",
      name: "tea",
      place: { file: "/elsewhere/src/room.actor.ts", line: 7, column: 3 },
    },
  ],
};

const answers: Answers = {
  "modules/list": (_, reply) => reply({ modules: [room, user] }),
  "processes/list": (_, reply) => reply({ processes: [process1] }),
  "upgrade/apply": (_, reply) => reply(committed),
  "upgrade/rehearse": (_, reply) => reply({ ...committed, outcome: "rehearsed" }),
  "upgrade/downgrade": (_, reply) => reply(committed),
};

test("ps prints every process with its version, mailbox, state size and old code", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root }, answers);
  const { code, stdout, stderr } = await runCli(["ps"], { cwd: root });
  assert.equal(stderr, "");
  assert.match(stdout, /PID +NAME +MODULE +VSN +STATUS +MAILBOX +STATE +SINCE +RESTARTS +CODE/);
  assert.match(stdout, /<0\.2> +tea +src\/room\.actor +1 +idle +3 +2\.0 KiB +\S+ +1 +old/);
  assert.equal(code, 0);
});

test("ps --format json prints the protocol's objects", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root }, answers);
  const { code, stdout } = await runCli(["ps", "--format", "json"], { cwd: root });
  const printed = JSON.parse(stdout);
  assert.equal(printed.version, 1);
  assert.equal(printed.runtime.name, "dev");
  assert.deepEqual(printed.processes, [process1]);
  assert.equal(code, 0);
});

test("an upgrade's report says what it met, how long it took, and which states changed", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, answers);
  const { code, stdout } = await runCli(["upgrade", "src/room.actor.ts", "--force", "--timeout", "2s", "--wait"], { cwd: root });
  assert.deepEqual(runtime.requests.at(-1), {
    method: "upgrade/apply",
    params: { modules: ["src/room.actor"], onBusy: "wait", timeout: 2000 },
  });
  for (const said of [
    /Committed in 20 ms/,
    /src\/room\.actor +1 → 2 +steps: 1 up +2 processes/,
    /2 processes converted; 2 messages queued, 1 translated, 0 dropped; 4 calls spanning/,
    /pause per process: median 2\.00 ms, max 3\.00 ms/,
    /tea before \{ title: 'Tea' \}/,
  ]) {
    assert.match(stdout, said);
  }
  assert.equal(code, 0);
});

test("a report says which files were evaluated anew, and so lost what they kept", async (t) => {
  const { root } = temporaryProject(t, {});
  const reinstantiated = [
    { file: "/x/src/money.ts", classes: ["Money"] },
    { file: "/x/src/cache.ts", classes: [] },
  ];
  await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": (_, reply) => reply({ ...committed, reinstantiated }) });
  const { stdout } = await runCli(["upgrade", "--force"], { cwd: root });
  assert.match(stdout, /evaluated anew, .* state begins empty: \/x\/src\/money\.ts \(Money\), \/x\/src\/cache\.ts\n/);
});

test("a failed upgrade names process, place and what to do, and ends with 1", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": (_, reply) => reply(failed) });
  const text = await runCli(["upgrade", "--force"], { cwd: root });
  assert.match(text.stdout, /Failed\. Everything is as it was\./);
  assert.match(text.stdout, /INSTAR_CODE_CHANGE_FAILED in src\/room\.actor, process tea <0\.2> at \/elsewhere\/src\/room\.actor\.ts:7:3/);
  assert.match(text.stdout, /Correct the step\./);
  assert.equal(text.code, 1);
  const json = await runCli(["upgrade", "--force", "--format", "json"], { cwd: root });
  assert.deepEqual(JSON.parse(json.stdout), failed);
  assert.equal(json.code, 1);
});

test("rehearse asks for every changed module unless some are named", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, answers);
  const all = await runCli(["rehearse"], { cwd: root });
  assert.deepEqual(runtime.requests.at(-1), { method: "upgrade/rehearse", params: {} });
  assert.match(all.stdout, /Rehearsed: it would work\. Nothing was changed\./);
  assert.equal(all.code, 0);
  await runCli(["rehearse", "room", "user"], { cwd: root });
  assert.deepEqual(runtime.requests.at(-1)?.params, { modules: ["src/room.actor", "src/user.actor"] });
});

test("rehearse --save saves states first, redacted as the configuration says, and nothing where that is wrong", async (t) => {
  const project = temporaryProject(t, { "instar.config.json": '{ "redact": "tools/redact.ts" }' });
  const { root } = project;
  const saved = {
    folder: `${root}/.instar/states`,
    modules: [
      { id: "src/room.actor", vsn: 1, states: 7, saved: 2, left: 0 },
      { id: "src/user.actor", vsn: 3, states: 9, saved: 1, left: 3 },
    ],
    redacted: true,
    notSaved: [{ pid: "<0.2>", name: "tea", module: "src/room.actor", path: "State.on", what: "the function on" }],
  };
  const runtime = await fakeRuntime(t, { root }, { ...answers, "states/save": (_, reply) => reply(saved) });
  const text = await runCli(["rehearse", "room", "--save"], { cwd: root });
  assert.deepEqual(runtime.requests.slice(-2), [
    { method: "states/save", params: { modules: ["src/room.actor"], redact: "tools/redact.ts" } },
    { method: "upgrade/rehearse", params: { modules: ["src/room.actor"] } },
  ]);
  assert.match(
    text.stdout,
    /^Saved 3 states, one for each structure among 16, in \.instar\/states, redacted\.\n {2}3 states left out, .*\n {2}tea \(src\/room\.actor\) cannot be saved: State\.on is the function on\.\n\nRehearsed: it would work/,
  );
  const json = await runCli(["rehearse", "--save", "--format", "json"], { cwd: root });
  assert.deepEqual(JSON.parse(json.stdout), { ...committed, outcome: "rehearsed", savedStates: saved });

  project.write({ "instar.config.json": '{ "redact": 1 }' });
  const before = runtime.requests.length;
  const wrong = await runCli(["rehearse", "--save"], { cwd: root });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /the configuration is wrong/);
  assert.deepEqual(
    runtime.requests.slice(before).map(({ method }) => method),
    ["modules/list"],
  );
});

test("downgrade takes several modules back in one request", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, answers);
  const { code } = await runCli(["downgrade", "src/room.actor", "1", "src/user.actor.ts", "2", "--restarts", "3", "--probation", "5"], {
    cwd: root,
  });
  assert.equal(code, 0);
  assert.deepEqual(runtime.requests.at(-1), {
    method: "upgrade/downgrade",
    params: {
      targets: [
        { module: "src/room.actor", vsn: 1 },
        { module: "src/user.actor", vsn: 2 },
      ],
      probation: { for: 5000, restarts: 3 },
    },
  });
});

const wrong: [name: string, args: string[], said: RegExp][] = [
  [
    "a module that is not loaded",
    ["upgrade", "src/rom.actor"],
    /There is no actor module src\/rom\.actor .* Did you mean src\/room\.actor/,
  ],
  ["a version is missing", ["downgrade", "src/room.actor"], /a version after each module/],
  ["a version is no number", ["downgrade", "src/room.actor", "one"], /one is not a version of src\/room\.actor/],
  ["a version below 1", ["downgrade", "src/room.actor", "0"], /0 is not a version/],
  ["a module named twice", ["downgrade", "room", "1", "src/room.actor", "2"], /src\/room\.actor is named twice/],
  ["restarts without a probation", ["rollback", "--restarts", "3"], /say how long it lasts with --probation/],
  ["a timeout that is none", ["upgrade", "--timeout", "soon"], /Write milliseconds/],
  ["a runtime that is not there", ["ps", "--runtime", "other"], /No runtime other is running .*Running: dev/s],
];

for (const [name, args, said] of wrong) {
  test(`wrong usage, exit 2: ${name}`, async (t) => {
    const { root } = temporaryProject(t, {});
    const runtime = await fakeRuntime(t, { root }, answers);
    const { code, stderr } = await runCli(args, { cwd: root });
    assert.match(stderr, said);
    assert.equal(code, 2);
    assert.ok(!runtime.requests.some(({ method }) => method.startsWith("upgrade/")), "nothing was asked for");
  });
}

test("no runtime: says how to start one, exit 2", async (t) => {
  const { root } = temporaryProject(t, {});
  for (const args of [["ps"], ["rehearse"], ["upgrade"], ["downgrade", "src/room.actor", "1"], ["purge", "src/room.actor"]]) {
    const { code, stderr } = await runCli(args, { cwd: root });
    assert.match(stderr, /No runtime is running in .*instar dev <entry>/);
    assert.equal(code, 2, args.join(" "));
  }
});

test("purge says what it ended, and what still holds the old code", async (t) => {
  const { root } = temporaryProject(t, {});
  const report: PurgeReport = { module: "src/room.actor", vsn: 1, purged: true, processes: [{ pid: "<0.7>", name: null }], timers: 2 };
  const held = { pid: "<0.2>", name: "tea", path: "State.onClick", code: "rate", url: "file:///x/src/tax.ts?v=1" };
  const version: HeldVersion = {
    module: "src/room.actor",
    vsn: 1,
    load: 3,
    status: "purged",
    counts: { processes: 1, handlers: 1, timers: 1, functions: 22, instances: 0 },
    processes: [{ pid: "<0.9>", name: null, handler: "call wait", since: "2026-01-01T00:00:00.000Z" }],
    timers: [{ kind: "interval", file: "/x/src/tax.ts", pid: null, after: 10 }],
    functions: [held],
    instances: [],
  };
  const invisible: HeldVersion = {
    ...version,
    vsn: 2,
    load: 4,
    counts: { processes: 0, handlers: 0, timers: 0, functions: 0, instances: 0 },
    processes: [],
    timers: [],
    functions: [],
  };
  const holders: CodeHolders = { versions: [version, invisible], unknown: 1 };
  const runtime = await fakeRuntime(
    t,
    { root },
    { ...answers, "code/purge": (_, reply) => reply(report), "code/holders": (_, reply) => reply(holders) },
  );
  const text = await runCli(["purge", "src/room.actor.ts"], { cwd: root });
  assert.deepEqual(text.stdout.trim().split("\n"), [
    "Purged version 1 of src/room.actor: 1 process ended, 2 timers ended.",
    "  <0.7>",
    "Version 1 (load 3) is held by",
    "  <0.9>, in call wait since 2026-01-01T00:00:00.000Z",
    "  1 timer (interval)",
    "  State.onClick of tea <0.2>: rate",
    "  and 21 more functions and instances in states",
    "Version 2 (load 4) is held by",
    "  something that cannot be seen, such as a closure or a private field",
    "1 function in states could not be looked up.",
  ]);
  assert.equal(text.code, 0);
  assert.deepEqual(runtime.requests.slice(1), [
    { method: "code/purge", params: { module: "src/room.actor" } },
    { method: "code/holders", params: { module: "src/room.actor" } },
  ]);
  const json = await runCli(["purge", "src/room.actor", "--soft", "--format", "json"], { cwd: root });
  assert.deepEqual(JSON.parse(json.stdout), { version: 1, ...report, holders });
  assert.deepEqual(runtime.requests.at(-2), { method: "code/purge", params: { module: "src/room.actor", soft: true } });
});

test("a soft purge that is refused names the processes and ends with 1; without old code there is nothing to do", async (t) => {
  const { root } = temporaryProject(t, {});
  const none: CodeHolders = { versions: [], unknown: 0 };
  const report: PurgeReport = { module: "src/room.actor", vsn: 1, purged: false, processes: [{ pid: "<0.7>", name: "tea" }], timers: 0 };
  let next = report;
  await fakeRuntime(t, { root }, { ...answers, "code/purge": (_, reply) => reply(next), "code/holders": (_, reply) => reply(none) });
  const refused = await runCli(["purge", "src/room.actor", "--soft"], { cwd: root });
  assert.equal(refused.stdout, "Refused: 1 process still in version 1 of src/room.actor.\n  tea <0.7>\nWithout --soft they are ended.\n");
  assert.equal(refused.code, 1);
  next = { module: "src/room.actor", vsn: null, purged: true, processes: [], timers: 0 };
  const nothing = await runCli(["purge", "room"], { cwd: root });
  assert.deepEqual([nothing.stdout, nothing.code], ["src/room.actor has no old code.\n", 0]);
});

test("several runtimes: --runtime says which", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root, name: "left" }, answers);
  await fakeRuntime(t, { root, name: "right" }, answers);
  const unsaid = await runCli(["ps"], { cwd: root });
  assert.match(unsaid.stderr, /Several runtimes .*left, right\. Say which with --runtime <name>\.\n/);
  assert.equal(unsaid.code, 2);
  const said = await runCli(["ps", "--runtime", "right"], { cwd: root });
  assert.match(said.stdout, /^right running/);
});

test("a stale run file is reported and removed", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, answers);
  const stale = runtime.runFile.replace("dev.json", "old.json");
  // No process has a number this high.
  writeFileSync(stale, JSON.stringify({ ...runtime.run, name: "old", pid: 2 ** 30 }));
  const { code, stderr } = await runCli(["ps"], { cwd: root });
  assert.match(stderr, /The runtime old is gone.*Removed \.instar\/run\/old\.json/);
  assert.equal(code, 0);
  assert.ok(!existsSync(stale));
  assert.ok(existsSync(runtime.runFile));
});

test("a wrong token: exit 2, and the token is not printed", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root, run: { token: "not-the-token" } }, answers);
  const { code, stdout, stderr } = await runCli(["ps"], { cwd: root });
  assert.match(stderr, /does not accept the token/);
  assert.doesNotMatch(stdout + stderr, /not-the-token/);
  assert.equal(code, 2);
  assert.ok(existsSync(runtime.runFile), "only stale files are removed");
});

test("another version of the protocol, in the file or from the runtime: exit 2", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root, run: { version: 2 } }, answers);
  const inFile = await runCli(["ps"], { cwd: root });
  assert.match(inFile.stderr, /speaks version 2 of the dev runtime protocol/);
  assert.equal(inFile.code, 2);
  await fakeRuntime(t, { root, info: { protocol: 7 } }, answers);
  const fromRuntime = await runCli(["ps"], { cwd: root });
  assert.match(fromRuntime.stderr, /speaks version 7 of the dev runtime protocol/);
  assert.equal(fromRuntime.code, 2);
});

test("the runtime of another project: exit 2", async (t) => {
  const { root } = temporaryProject(t, {});
  const copied = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, answers);
  mkdirSync(copied.path(".instar/run"), { recursive: true });
  writeFileSync(copied.path(".instar/run/dev.json"), readFileSync(runtime.runFile));
  const { code, stderr } = await runCli(["ps"], { cwd: copied.root });
  assert.match(stderr, /belongs to another project/);
  assert.equal(code, 2);
  await fakeRuntime(t, { root, info: { root: "/some/other/project" } }, answers);
  const answered = await runCli(["ps"], { cwd: root });
  assert.match(answered.stderr, /is the runtime dev of \/some\/other\/project/);
  assert.equal(answered.code, 2);
});

test("a runtime that goes away in the middle: says that it is not known, does not hang", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": () => runtime.drop() });
  const { code, stderr } = await runCli(["upgrade", "--force"], { cwd: root });
  assert.match(stderr, /ended before it answered.*instar ps.*not known/s);
  assert.equal(code, 1);
});

test("a runtime that answers with an error: its message, exit 1", async (t) => {
  const { root } = temporaryProject(t, {});
  const refuse = (): never => {
    throw new Error("The application is starting. Try again when it runs.");
  };
  await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": refuse, "processes/list": refuse });
  for (const args of [["upgrade", "--force"], ["ps"]]) {
    const { code, stderr } = await runCli(args, { cwd: root });
    assert.equal(stderr, "instar: The application is starting. Try again when it runs.\n");
    assert.equal(code, 1);
  }
});

test("Ctrl-C cancels: everything is as it was, exit 1", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(
    t,
    { root },
    {
      ...answers,
      "upgrade/apply": () => {},
      onCancel: (reply) => reply({ ...failed, outcome: "canceled", errors: [] }),
    },
  );
  const running = startCli(t, ["upgrade", "--force"], { cwd: root });
  await runtime.asked("upgrade/apply");
  running.process.kill("SIGINT");
  const { code, stdout } = await running.ended;
  assert.ok(runtime.requests.some(({ method }) => method === "$/cancelRequest"));
  assert.match(stdout, /Canceled by Ctrl-C: nothing was committed, everything is as it was\./);
  assert.equal(code, 1);
});

test("Ctrl-C that JSON-RPC answers by itself is a cancellation too", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(
    t,
    { root },
    { ...answers, "upgrade/apply": () => {}, onCancel: (_, fail) => fail(-32800, "canceled") },
  );
  const running = startCli(t, ["upgrade", "--force"], { cwd: root });
  await runtime.asked("upgrade/apply");
  running.process.kill("SIGINT");
  const { code, stdout } = await running.ended;
  assert.match(stdout, /Canceled by Ctrl-C/);
  assert.equal(code, 1);
});

test("Ctrl-C after the commit: says that it came too late, exit 0", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": () => {}, onCancel: (reply) => reply(committed) });
  const running = startCli(t, ["upgrade", "--force"], { cwd: root });
  await runtime.asked("upgrade/apply");
  running.process.kill("SIGINT");
  const { code, stdout } = await running.ended;
  assert.match(stdout, /Ctrl-C came too late: the new code was committed/);
  assert.equal(code, 0);
});

test("a second Ctrl-C does not wait for a runtime that says nothing", async (t) => {
  const { root } = temporaryProject(t, {});
  const runtime = await fakeRuntime(t, { root }, { ...answers, "upgrade/apply": () => {} });
  const running = startCli(t, ["upgrade", "--force"], { cwd: root });
  await runtime.asked("upgrade/apply");
  running.process.kill("SIGINT");
  await runtime.asked("$/cancelRequest");
  running.process.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assert.match(stderr, /not waiting for the runtime's answer.*instar ps/);
  assert.equal(code, 130);
});

test("at the root of a workspace, the one runtime of a member is meant", async (t) => {
  const project = temporaryProject(t, {
    "package.json": JSON.stringify({ workspaces: ["apps/*"] }),
    "apps/chat/package.json": "{}",
    "apps/shop/package.json": "{}",
  });
  const runtime = await fakeRuntime(t, { root: project.path("apps/chat") }, answers);
  const one = await runCli(["rehearse", "src/room.actor", "--timeout", "7"], { cwd: project.root });
  assert.match(one.stderr, /working on apps\/chat/);
  assert.deepEqual(runtime.requests.at(-1)?.params, { modules: ["src/room.actor"], timeout: 7 });
  assert.equal(one.code, 0);
  await fakeRuntime(t, { root: project.path("apps/shop") }, answers);
  const two = await runCli(["ps"], { cwd: project.root });
  assert.match(two.stderr, /Several runtimes .*dev of apps\/chat, dev of apps\/shop\. Say which with --project <folder>\.\n/);
  assert.equal(two.code, 2);
  const said = await runCli(["ps", "-C", "apps/shop"], { cwd: project.root });
  assert.equal(said.stderr, "");
  assert.equal(said.code, 0);
});
