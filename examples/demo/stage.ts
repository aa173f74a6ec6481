/** The running chat and what the demo does with it: commands as a user types them, a look at the states, and what has to be true. */
import { writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Notifications, UpgradeReport } from "../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../../server/src/live/connection.ts";
import { type Account, type Client, startClient } from "../chat/client.ts";
import type { Totals } from "../chat/src/ledger.ts";
import { freePort } from "./free-port.ts";
import { instar, type Outcome, startApplication } from "./instar.ts";
import { type Live, lookAt } from "./live.ts";
import { command, excerpt, note } from "./narrator.ts";
import type { DemoProject } from "./project.ts";
import { ms } from "./report.ts";
import { sketch } from "./sketch.ts";

export interface Stage {
  readonly project: DemoProject;
  readonly runtime: RuntimeConnection;
  readonly live: Live;
  /** Where the chat is reached from outside: `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** What did not come out as it must. */
  readonly failures: readonly string[];
  readonly transactions: readonly { readonly what: string; readonly report: UpgradeReport }[];
  /** The lobby's state over time, each in one line. */
  readonly room: readonly (readonly [when: string, state: string])[];
  /** What was asked from outside, and what of it had no answer. */
  readonly outside: { readonly asked: number; readonly unanswered: number };
  expect(truth: boolean, otherwise: string): void;
  /** Runs a command. */
  begin(args: readonly string[]): Promise<Outcome>;
  /** Runs a command and shows what it answers, or a part of that. @throws where it ends with another code. */
  run(args: readonly string[], code: number, shown?: Shown): Promise<Outcome>;
  /** The same with a command that carries a change out. */
  carryOut(what: string, args: readonly string[], shown?: Shown): Promise<void>;
  /** For the report at the end. */
  carriedOut(what: string, report: UpgradeReport): void;
  /** The next notification of the runtime, which is waited for so long at most. */
  next<N extends keyof Notifications>(method: N): Promise<Notifications[N]>;
  /** Writes down what the lobby looks like now. */
  look(when: string): Promise<void>;
  /** What the traffic has counted so far. */
  totals(): Promise<{ readonly phase: string; readonly totals: Totals }>;
  /** Ends the traffic. Resolves with its totals as soon as nothing is on its way any more. */
  settle(): Promise<Totals>;
  /**
   * A client outside asks from now on. `account` waits until it has been answered after all of this, and ends it; what it was answered
   * otherwise than by the number of what it said has to be one of the errors that may come, where rooms begin anew and count anew.
   */
  ask(): { account(what: string, anew?: readonly string[]): Promise<Account> };
  stop(): Promise<void>;
}

export interface Shown {
  readonly lines?: number;
  readonly pick?: (text: string) => string;
}

export async function openStage(project: DemoProject, signal: AbortSignal): Promise<Stage> {
  const port = await freePort();
  const ends = project.path("traffic-ends");
  const environment = { CHAT_PORT: String(port), CHAT_TRAFFIC_UNTIL: ends };
  const { runtime, stop } = await startApplication(project.root, "src/web.ts", environment, signal);
  const live = lookAt(runtime);
  const origin = `http://127.0.0.1:${port}`;
  const failures: string[] = [];
  const transactions: { what: string; report: UpgradeReport }[] = [];
  const room: [string, string][] = [];
  const clients: Client[] = [];
  const outside = { asked: 0, unanswered: 0 };

  const begin = (args: readonly string[]): Promise<Outcome> =>
    within(instar(project.root, args, signal), `instar ${args.join(" ")} has not ended`);

  async function run(args: readonly string[], code: number, { lines, pick = (text) => text }: Shown = {}): Promise<Outcome> {
    command(`instar ${args.join(" ")}`);
    const outcome = await begin(args);
    excerpt(pick(outcome.stdout), lines);
    if (outcome.code !== code)
      throw new Error(`instar ${args.join(" ")} ended with ${outcome.code} instead of ${code}:\n${outcome.stdout}${outcome.stderr}`);
    return outcome;
  }

  function next<N extends keyof Notifications>(method: N): Promise<Notifications[N]> {
    const come = new Promise<Notifications[N]>((resolve) => {
      const listening = runtime.on(method, (params) => {
        listening.dispose();
        resolve(params);
      });
    });
    const said = within(come, `the runtime has not said ${method}`);
    // Where something else fails before, nobody asks for it any more.
    said.catch(() => {});
    return said;
  }

  /** The promise's result, unless that takes long or Ctrl-C comes first. */
  async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
    // Generous: other programs may need the machine, too.
    const seconds = 120;
    const done = new AbortController();
    const late = setTimeout(seconds * 1000, undefined, { ref: false, signal: AbortSignal.any([signal, done.signal]) }).then(() => {
      throw new Error(`${otherwise} within ${seconds} s.`);
    });
    late.catch(() => {});
    return Promise.race([promise, late]).finally(() => done.abort());
  }

  const totals = async (): Promise<{ readonly phase: string; readonly totals: Totals }> =>
    (await live.state("traffic")) as { readonly phase: string; readonly totals: Totals };

  const expect = (truth: boolean, otherwise: string): void => {
    if (!truth) failures.push(otherwise);
  };

  const carriedOut = (what: string, report: UpgradeReport): void => void transactions.push({ what, report });

  return {
    project,
    runtime,
    live,
    origin,
    failures,
    transactions,
    room,
    outside,
    expect,
    begin,
    run,
    async carryOut(what, args, shown) {
      const finished = next("upgrade/finished");
      await run(args, 0, shown);
      carriedOut(what, await finished);
    },
    carriedOut,
    next,
    async look(when) {
      room.push([when, sketch(await live.state("lobby"))]);
    },
    totals,
    async settle() {
      await writeFile(ends, "");
      const settled = async (): Promise<Totals> => {
        for (;;) {
          const now = await totals();
          if (now.phase === "settled") return now.totals;
          await setTimeout(20, undefined, { signal });
        }
      };
      return within(settled(), "the traffic has not settled");
    },
    ask() {
      const client = startClient(origin);
      clients.push(client);
      return {
        async account(what, anew) {
          await within(client.asked(20), "the chat has not answered questions from outside");
          const account = await within(client.stop(), "the chat has not answered the last question from outside");
          const { answered, lost, longest, errors, numbers } = account;
          outside.asked += answered + lost.length;
          outside.unanswered += lost.length;
          note(`outside: ${answered} questions answered, ${lost.length} without an answer; the longest wait was ${ms(longest)}`);
          expect(lost.length === 0, `${what}: ${lost.length} questions from outside had no answer: ${lost[0]}`);
          const others = errors.filter((error) => anew?.includes(error) !== true);
          expect(others.length === 0, `${what}: the chat answered with ${others.join(", ")}`);
          if (anew !== undefined) return account;
          for (const [name, given] of Object.entries(numbers)) {
            const wrong = given.findIndex((number, at) => at > 0 && number <= (given[at - 1] ?? 0));
            expect(wrong < 0, `${what}: in the ${name}, ${given[wrong]} was said after ${given[wrong - 1]}`);
          }
          return account;
        },
      };
    },
    async stop() {
      // Where something failed, they would ask for ever.
      const asking = Promise.all(clients.map((client) => client.stop()));
      await stop();
      await asking;
    },
  };
}
