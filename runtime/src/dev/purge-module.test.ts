/** Purges and holders over the protocol, on an application in a process of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type RpcError, devProject, runProject } from "../../../test/support/dev-project.ts";

const app = (price: number): string => `
  import { child, supervisor, whereis } from "instar";
  import room from "./room.actor";
  process.on("SIGUSR2", () => whereis<{ init(): number; casts: { tick(): void } }>("room")?.cast("tick"));
  export default supervisor({ children: [child(room, { id: "room", name: "room", args: [] })] });
  export const price = ${price};
`;
const room = (price: number): string => `
  import { actor } from "instar";
  const rate = () => ${price};
  interface Room { init(): { readonly onClick: () => number }; casts: { tick(): void } }
  export default actor<Room>({
    vsn: 1,
    init: () => { setInterval(() => {}, 1e6); return { onClick: rate }; },
    casts: { tick: ({ next }) => next() },
  });
`;

test("instances in states move to the classes of a module that is evaluated anew, and the report names it", async (t) => {
  const tax = (rate: number): string => `export const rate = ${rate};`;
  const project = devProject(t, {
    "src/app.ts": app(1),
    "src/tax.ts": tax(1),
    "src/money.ts":
      'import { rate } from "./tax"; export class Money { constructor(readonly cents: number) {} tax() { return this.cents * rate; } }',
    "src/room.actor.ts": `
      import { actor } from "instar"; import { Money } from "./money";
      interface Room { init(): { readonly total: Money; readonly seen: string }; casts: { tick(): void } }
      export default actor<Room>({
        vsn: 1,
        init: () => ({ total: new Money(100), seen: "" }),
        casts: { tick: ({ state, next }) => next({ ...state, seen: \`\${state.total instanceof Money} \${state.total.tax()}\` }) },
      });`,
  });
  const { client } = await runProject(t, project);
  project.write("src/tax.ts", tax(2));
  const { outcome, reinstantiated = [] } = await client.request("upgrade/apply");
  assert.equal(outcome, "committed");
  assert.deepEqual(
    reinstantiated.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    [
      { file: project.path("src/money.ts"), classes: ["Money"] },
      { file: project.path("src/room.actor.ts"), classes: [] },
    ],
  );
  const { applicationPid } = await client.request("runtime/info");
  process.kill(applicationPid ?? assert.fail(), "SIGUSR2");
  const { processes } = await client.request("processes/list");
  const { pid } = processes.find(({ name }) => name === "room") ?? assert.fail();
  let text = "";
  while (!text.includes("true 200")) {
    ({ text } = await client.request("processes/state", { pid }));
    assert.ok(text.includes("seen: ''") || text.includes("true 200"), text);
  }
  assert.deepEqual(
    (await client.request("code/holders", {})).versions.map(({ counts }) => counts.instances),
    [0],
  );
});

test("a purge over the protocol, and what holds old code before and after it", async (t) => {
  const project = devProject(t, { "src/app.ts": app(1), "src/room.actor.ts": room(1) });
  const { client } = await runProject(t, project);
  const module = "src/room.actor";
  const old = async () => (await client.request("modules/list")).modules.find(({ id }) => id === module)?.old;
  const holders = async () =>
    (await client.request("code/holders", { module })).versions.map(({ vsn, load, status, counts, functions }) => [
      vsn,
      load,
      status,
      counts.timers,
      functions.map(({ name, path, code }) => `${name} ${path} ${code}`),
    ]);
  assert.equal(await old(), null);
  assert.deepEqual(await holders(), []);
  assert.deepEqual(await client.request("code/purge", { module }), { module, vsn: null, purged: true, processes: [], timers: 0 });

  project.write("src/room.actor.ts", room(2));
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  assert.deepEqual(await old(), { vsn: 1, processes: 0, handlers: 0, timers: 1 });
  assert.deepEqual(await holders(), [[1, 1, "old", 1, ["room State.onClick rate"]]]);
  assert.deepEqual(await client.request("code/purge", { module, soft: true }), { module, vsn: 1, purged: true, processes: [], timers: 1 });
  assert.equal(await old(), null);
  assert.deepEqual(await holders(), [[1, 1, "purged", 0, ["room State.onClick rate"]]]);

  // What was let go has to be sent again: the way back comes from the kept build.
  project.write("src/room.actor.ts", room(1));
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  await assert.rejects(client.request("code/purge", { module: "src/roof" }), ({ rpc }: { rpc: RpcError }) => {
    assert.deepEqual([rpc.code, rpc.data?.code], [-32000, "INSTAR_MODULE_UNKNOWN"]);
    return true;
  });
  await assert.rejects(client.request("code/purge", { module, soft: "yes" } as never), ({ rpc }: { rpc: RpcError }) => rpc.code === -32602);
});
