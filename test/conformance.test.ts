/** The conformance command: our own runtime meets every demand, and of one that is broken somewhere it says exactly where. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type Verdict, tryRuntime } from "./conformance/try-runtime.ts";
import { app, counter, steps } from "./support/counter-application.ts";
import { devProject, runProject } from "./support/dev-project.ts";
import { type Fault, faults, stubRuntime } from "./support/stub-runtime.ts";

test("our own runtime meets every demand, and each is in a section of the page", async (t) => {
  const project = devProject(t, { "src/app.ts": app, "src/counter.actor.ts": counter(1) });
  const { runtime } = await runProject(t, project);
  const verdicts = await all({
    file: runtime.runFile,
    edit: () => project.write("src/counter.actor.ts", counter(2, steps, { state: "{ n, step: 1 }" })),
    disrupt: true,
  });
  assert.deepEqual(failing(verdicts), []);
  const page = readFileSync(new URL("../docs/protocol.md", import.meta.url), "utf8");
  for (const { section } of verdicts) assert.match(page, new RegExp(`^##+ ${section}$`, "m"));
  assert.ok(verdicts.length > 40);
});

test("another runtime that speaks the protocol meets every demand that changes nothing", async (t) => {
  assert.deepEqual(failing(await tried(t, null)), []);
});

for (const [fault, demands] of Object.entries(faults)) {
  test(`a runtime with the fault ${fault} is told so, and nothing else`, async (t) => {
    assert.deepEqual(failing(await tried(t, fault as Fault)), demands);
  });
}

/** What never comes is not to be waited for long. */
const silent: readonly (Fault | null)[] = ["never answers what is canceled", "says nothing of refusals"];

async function tried(t: TestContext, fault: Fault | null): Promise<Verdict[]> {
  return await all({ file: await stubRuntime(t, fault), ...(silent.includes(fault) ? { patience: 2000 } : {}) });
}

async function all(options: Parameters<typeof tryRuntime>[0]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const verdict of tryRuntime(options)) verdicts.push(verdict);
  return verdicts;
}

function failing(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ demand, failure }) => (failure === null ? [] : [demand]));
}
