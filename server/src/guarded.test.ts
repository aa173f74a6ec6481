/** The guard around requests: what a client gets when a request is canceled, fails, or is refused on purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { guarded } from "./guarded.ts";

const never = new CancellationTokenSource().token;

test("a result passes through", async () => {
  const logged: string[] = [];
  assert.equal(await handler(logged, (text) => text.length)("four", never), 4);
  assert.deepEqual(logged, []);
});

test("an error becomes the fallback, and the log names the request", async () => {
  const logged: string[] = [];
  const failing = handler(logged, () => {
    throw new Error("lost its way");
  });
  assert.equal(await failing("", never), -1);
  assert.equal(logged.length, 1);
  assert.match(logged[0]!, /^length failed: Error: lost its way/);
});

test("an error that is an answer passes through unlogged", async () => {
  const logged: string[] = [];
  const answer = new ResponseError(LSPErrorCodes.ContentModified, "The text has changed.");
  const refusing = handler(logged, () => {
    throw answer;
  });
  assert.equal(await refusing("", never), answer);
  assert.deepEqual(logged, []);
});

test("a request canceled while it waits its turn does no work", async () => {
  const source = new CancellationTokenSource();
  let worked = false;
  const result = handler([], () => {
    worked = true;
    return 0;
  })("", source.token);
  source.cancel();
  assert.equal(code(await result), LSPErrorCodes.RequestCancelled);
  assert.equal(worked, false);
});

test("a request canceled while it works is answered as canceled, even where it fails because of that", async () => {
  for (const fail of [false, true]) {
    const logged: string[] = [];
    const source = new CancellationTokenSource();
    const working = handler(logged, () => {
      source.cancel();
      if (fail) throw new Error("canceled half-way");
      return 1;
    });
    assert.equal(code(await working("", source.token)), LSPErrorCodes.RequestCancelled);
    assert.deepEqual(logged, []);
  }
});

function handler(logged: string[], work: (text: string) => number): ReturnType<typeof guarded<string, number>> {
  return guarded({ error: (message) => logged.push(message) }, "length", -1, work);
}

function code(result: unknown): number | undefined {
  return result instanceof ResponseError ? result.code : undefined;
}
