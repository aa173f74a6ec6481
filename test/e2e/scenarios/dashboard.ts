/** A person watches an upgrade, and one that fails, in the live dashboard. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const module = "src/room.actor";
const field = "  readonly title: string;";

const versionTwo = `vsn: 2,
  codeChange: {
    1: {
      up: (old) => ({ ...(old as State), topic: "none" }),
      down: ({ topic, ...room }) => room,
    },
  },`;

export default {
  gallery: {
    dashboard: {
      section: "Live processes",
      title: "The live dashboard",
      caption:
        "Processes by version over time, mailboxes, restarts, and the pauses of upgrades; beneath, what became of each process. The dashed line is where the new code took over.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const page = workbench.page.frameLocator("iframe.webview").frameLocator("iframe");

    await step("without a runtime, it says how one is started", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.command("Instar: Show Live Dashboard");
      await page.getByText("No dev runtime is running").waitFor();
      await page.getByRole("button", { name: "Start Dev Runtime" }).click();
      await workbench.pick("src/app.ts");
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
    });
    await step("processes are drawn by version", async () => {
      await page.getByRole("img", { name: /Processes by version.*src\/room\.actor v1: 5/ }).waitFor();
      await page.getByText("None since this window was opened.").waitFor();
      await workbench.hidePanel();
    });
    await step("an upgrade is a line in each chart, and each process has its outcome", async () => {
      const source = project.read(`${module}.ts`);
      const changed = source
        .replace(field, `${field}\n  readonly topic: string;`)
        .replace("({ title, members: [],", '({ title, topic: "", members: [],')
        .replace("vsn: 1,", versionTwo);
      project.write(`${module}.ts`, changed);
      project.instar("upgrade");
      await page.getByRole("img", { name: /Processes by version.*src\/room\.actor v2: 5/ }).waitFor();
      await page
        .getByText(/Upgrade at .*: src\/room\.actor 1 → 2, committed/)
        .first()
        .waitFor();
      const rows = page.locator("details[data-outcome=committed] tbody tr");
      assert.equal(await rows.count(), 5);
      assert.match(await rows.filter({ hasText: "lobby" }).innerText(), /src\/room\.actor\s+1 → 2\s+converted/);
      await workbench.clearToasts();
      await shoot("dashboard");
    });
    await step("a runtime that ends is said to have ended, with what happened to it", async () => {
      await project.stopRuntimes();
      await page.getByText("has ended").waitFor();
      await page
        .getByText(/src\/room\.actor 1 → 2, committed/)
        .first()
        .waitFor();
    });
  },
} satisfies Scenario;
