/** A slip that no rehearsal can find is taken back by a probation; mended, it is upgraded by saving; and version 1 comes back. */
import { version2Again } from "../chat/version-2.ts";
import { expectArity, untilStates } from "./first-upgrade.ts";
import { topicMended, topicWithSlip } from "./mistakes.ts";
import { command, excerpt, note, step } from "./narrator.ts";
import { ms } from "./report.ts";
import { sketch } from "./sketch.ts";
import type { Stage } from "./stage.ts";

/** @returns Milliseconds from the saved file to the upgraded processes. */
export async function probation(stage: Stage): Promise<number> {
  const { project, runtime, carryOut, live, expect } = stage;

  step('New code on probation: "/topic tea" is to say what a room is about, and one colon is too many');
  await project.edit(topicWithSlip);
  const args = ["upgrade", "--probation", "60"];
  const serving = stage.next("upgrade/finished");
  const back = stage.next("upgrade/rolledBack");
  command(`instar ${args.join(" ")}`);
  const upgrading = stage.begin(args);
  // What is to come is told by one of both; an upgrade that never begins ends the command.
  await Promise.race([serving, upgrading]);
  const answer = await say(stage, "/topic tea");
  const outcome = await upgrading;
  excerpt(outcome.stdout.split("\n").filter(isVerdict).join("\n"));
  expect(outcome.code === 1, `the upgrade that did not hold ended with ${outcome.code}: ${outcome.stdout}${outcome.stderr}`);
  expect(answer.includes("INSTAR_"), `the slip was not noticed: ${answer}`);
  stage.expect((await back).outcome === "committed", "the upgrade that did not hold was not rolled back");
  note("The terrace alone began anew. Everybody else went back with the state as it was by then.");

  step("The colon is gone, and a room can pin something: upgrade by saving");
  await runtime.request("runtime/watch", { enabled: true });
  const finished = stage.next("upgrade/finished");
  const savedAt = performance.now();
  await project.edit([...topicMended, ...version2Again]);
  const draft = await finished;
  const saved = performance.now() - savedAt;
  await runtime.request("runtime/watch", { enabled: false });
  expect(
    draft.outcome === "committed",
    `the upgrade by saving ended as ${draft.outcome}: ${draft.errors.map(({ message }) => message).join(" ")}`,
  );
  stage.carriedOut("draft of 2", draft);
  note(`upgraded ${ms(saved)} after the files were saved`);
  await say(stage, "/topic tea");
  const terrace = sketch(await live.state("terrace"));
  note(`the terrace is now ${terrace}`);
  expect(terrace.includes('topic: "tea"'), `the terrace has no topic: ${terrace}`);
  await stage.look("draft of 2");
  await expectArity(stage, 3);

  step("Downgrade rooms and users to version 1, again in one transaction");
  await carryOut("downgrade to 1", ["downgrade", "src/room.actor", "1", "src/user.actor", "1"], { lines: 5, pick: untilStates });
  await stage.look("version 1 again");
  await expectArity(stage, 2);
  return saved;
}

/** Says something on the terrace, as somebody outside would. */
async function say({ origin }: Stage, text: string): Promise<string> {
  command(`curl -d ${JSON.stringify(text)} ${origin}/rooms/terrace`);
  const response = await fetch(`${origin}/rooms/terrace`, { method: "POST", body: text });
  const answer = await response.text();
  excerpt(`${response.status} ${answer}`);
  return answer;
}

function isVerdict(line: string): boolean {
  return /^(Committed|On probation|The new code|Rolled back)/.test(line);
}
