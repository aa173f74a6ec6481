/** The thread behind `createShapePort`: answers one question after the other, and says what it failed with. */
import { parentPort, workerData } from "node:worker_threads";
import { createShapeAnswers } from "./shape-answers.ts";
import type { Answer, Question } from "./shape-port.ts";

const answers = createShapeAnswers((workerData as { root: string }).root);

parentPort?.on("message", ({ id, ask }: Question) => {
  const answer: Promise<unknown> =
    ask.kind === "describe"
      ? answers.describe(ask.about, ask.sources)
      : ask.kind === "compare"
        ? answers.compare(ask.about)
        : answers.look(ask.about);
  answer.then(
    (value) => tell({ id, value }),
    (error: Error) => tell({ id, error: error.message }),
  );
});

function tell(answer: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
}
