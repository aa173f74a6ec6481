/** From version 1 to version 2 in one transaction: found, fixed, planned, rehearsed, upgraded. */
import { readFile } from "node:fs/promises";
import { type Edit, version2 } from "../chat/version-2.ts";
import { cleverStep, plainStep } from "./mistakes.ts";
import { excerpt, note, step } from "./narrator.ts";
import type { Stage } from "./stage.ts";

export async function firstUpgrade(stage: Stage, fault: readonly Edit[]): Promise<void> {
  const { project, run, carryOut, live, expect } = stage;

  step("Write the snapshots of version 1: what its states and messages look like");
  await run(["release"], 0);

  step("Edit: a room's title becomes its name, it gets a topic, and the message that rooms and users share gets its time");
  note(`edited ${(await project.edit([...version2, ...fault])).join(", ")}`);
  await run(["check"], 1, { pick: findings });

  step("Let the missing steps be written; whether title became name, only a person can say");
  await run(["fix", "--rename", "State.title=State.name", "--write"], 0);
  const fixed = await readFile(project.path("src/room.actor.ts"), "utf8");
  note("what it wrote into src/room.actor.ts:");
  excerpt(fixed.slice(fixed.indexOf("      up: "), fixed.indexOf("    },\n  },\n});")), 14);
  await run(["check"], 0);

  step("Plan: to whom it would happen, in which order, and what each way of doing it would cost");
  await run(["plan"], 0, { lines: 20, pick: (text) => text.split("\nMessages that wait")[0] ?? "" });

  step("A cleverer step, straight to the running chat: the first thing that was said becomes the topic");
  await project.edit(cleverStep);
  const before = await live.values("src/room.actor", "title");
  const refused = stage.next("upgrade/finished");
  await run(["upgrade"], 1, { pick: failure });
  const { outcome, errors } = await refused;
  expect(outcome === "failed" && errors.some(({ name }) => name === "terrace"), "the step that fails in the terrace did not fail there");
  expect((await live.values("src/room.actor", "title")) === before, "a room has changed by an upgrade that failed");
  note("Nobody has said anything on the terrace yet. No other room was touched either: it is all or nothing.");

  step("The step as it was: rehearse on copies of the live states, then upgrade rooms and users in one transaction");
  await project.edit(plainStep);
  await stage.look("version 1");
  await run(["rehearse"], 0, { lines: 8, pick: untilStates });
  await carryOut("upgrade to 2", ["upgrade"], { lines: 8, pick: untilStates });
  await stage.look("version 2");
  const after = await live.values("src/room.actor", "name");
  expect(after === before, `the rooms were called ${before} before the upgrade and ${after} after it`);
  await expectArity(stage, 3);
}

/** Every message that a room or user holds has as many elements as its version says. */
export async function expectArity({ live, expect }: Stage, arity: number): Promise<void> {
  const lists = [...(await live.all("src/room.actor", "log")), ...(await live.all("src/user.actor", "inbox"))] as unknown[][][];
  const others = lists.flat().filter((record) => record.length !== arity);
  expect(others.length === 0, `${others.length} messages do not have ${arity} elements, for example ${JSON.stringify(others[0])}`);
}

/** Without the examples of states before and after, which are long. */
export function untilStates(text: string): string {
  return text.split(/\n {2}\S+ before /)[0] ?? "";
}

/** What went wrong and where, without the table of what would have been done. */
function failure(text: string): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.includes("INSTAR_"));
  return [lines[0], ...lines.slice(from, from + 3)].join("\n");
}

/** Of each finding the place, the rule and the beginning of what is wrong. */
function findings(text: string): string {
  const lines = text.split("\n");
  return lines.filter((_, at) => [lines[at], lines[at - 1]].some((line) => /^\S+:\d+:\d+ /.test(line ?? ""))).join("\n");
}
