/** What the extension host is told to run: mocha over one test file, whose results go to a file, since its output goes nowhere. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as vscode from "vscode";

export interface Told {
  readonly title: string;
  readonly milliseconds: number;
  /** Undefined where the test passed. */
  readonly error?: string;
}

/** What is used of mocha, which is installed for the editor test alone. */
interface Mocha {
  addFile(file: string): void;
  run(done: (failures: number) => void): { on(event: "pass" | "fail", listener: (test: MochaTest, error?: Error) => void): void };
}

interface MochaTest {
  readonly title: string;
  readonly duration?: number;
}

export async function run(): Promise<void> {
  const { TEST_FILE, TEST_RESULTS, TEST_MOCHA } = process.env;
  if (TEST_FILE === undefined || TEST_RESULTS === undefined || TEST_MOCHA === undefined)
    throw new Error("The runner's variables are missing.");
  const MochaClass = createRequire(TEST_MOCHA)(TEST_MOCHA) as new (options: object) => Mocha;
  const mocha = new MochaClass({ ui: "tdd", timeout: 240_000, reporter: class {} });
  mocha.addFile(TEST_FILE);
  const told: Told[] = [];
  await new Promise<void>((resolve) => {
    const running = mocha.run(() => resolve());
    running.on("pass", ({ title, duration = 0 }) => told.push({ title, milliseconds: duration }));
    running.on("fail", ({ title, duration = 0 }, error) =>
      told.push({ title, milliseconds: duration, error: error?.stack ?? String(error) }),
    );
  });
  // A window with unsaved texts would ask before it closes.
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  writeFileSync(TEST_RESULTS, JSON.stringify(told));
}
