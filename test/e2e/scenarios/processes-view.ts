/** The view Live Processes: 10,000 processes that a person finds their way in, what is done to one of them, and a runtime that dies. */
import assert from "node:assert/strict";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const desk = (greeting: string): string => `import { actor } from "instar";

export interface State {
  readonly title: string;
  readonly greet: () => string;
}

export interface Desk {
  init(title: string): State;
  calls: { title(): string };
  casts: {};
}

export default actor<Desk>({
  vsn: 1,
  init: (title) => ({ title, greet: () => "${greeting}" }),
  calls: { title: ({ state, reply }) => reply(state.title) },
  casts: {},
});
`;

const files = {
  "package.json": JSON.stringify({ name: "hotel", private: true, type: "module", dependencies: { instar: "*" } }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2022",
      lib: ["es2023"],
      module: "nodenext",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
    },
    include: ["src"],
  }),
  "src/desk.actor.ts": desk("hello"),
  "src/guest.actor.ts": `import { actor } from "instar";

export interface Guest {
  init(): { readonly nights: number };
  calls: { nights(): number };
  casts: {};
}

export default actor<Guest>({
  vsn: 1,
  init: () => ({ nights: 1 }),
  calls: { nights: ({ state, reply }) => reply(state.nights) },
  casts: {},
});
`,
  "src/guests.ts": `import { child, supervisor } from "instar";
import guest from "./guest.actor.ts";

export default supervisor({
  children: Array.from({ length: 10_000 }, (_, room) => child(guest, { id: \`guest-\${room}\`, name: \`guest-\${room}\`, args: [] })),
});
`,
  "src/app.ts": `import { child, supervisor } from "instar";
import desk from "./desk.actor.ts";
import guests from "./guests.ts";

export default supervisor({
  children: [
    child(desk, { id: "reception", name: "reception", args: ["Reception"] }),
    child(desk, { id: "bar", name: "bar", args: ["Bar"] }),
    child(guests, { id: "guests", name: "guests", args: [] }),
  ],
});
`,
};

export default {
  project: (place) => writeProject(place, files),
  gallery: {
    processes: {
      section: "Live processes",
      title: "Live Processes",
      caption:
        "The view *Live Processes* is the supervision tree of each runtime, with the version that each process runs. A menu suspends or restarts one, shows its state, or what still holds old code.",
    },
    filter: {
      section: "Live processes",
      title: "A filter among 10,000 processes",
      caption:
        "*Instar: Filter Live Processes* leaves what fits by name, module, version or what a process is up to, and what is above it.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    const { page } = workbench;
    const view = workbench.view("Live Processes");
    const row = (text: string | RegExp) => view.locator(".monaco-list-row", { hasText: text }).first();
    const spoken = async (of: string | RegExp): Promise<string> => (await row(of).getAttribute("aria-label")) ?? "";

    await step("without a runtime, the view says how to start one", async () => {
      await workbench.showInstar();
      await view.getByRole("button", { name: "Start Dev Runtime" }).last().click();
      await workbench.pick("src/app.ts");
      await row("reception").waitFor();
      await workbench.hidePanel();
    });
    await step("the tree is the supervision tree, in words as well", async () => {
      await row("guests").waitFor();
      await row("running").waitFor();
      const tree = await workbench.accessibility(view);
      assert.match(tree, /treeitem "runtime dev, running"/);
      assert.match(tree, /treeitem "reception, src\/desk\.actor, version 1, state of \d+ B"/);
      assert.match(tree, /treeitem "supervisor guests, src\/guests, version 1, 10000 children"/);
    });
    await step("of 10,000 children a page is shown, and then more", async () => {
      await workbench.toggleRow(row("guests"));
      await row("guest-0").waitFor();
      await row("guest-0").click();
      await page.keyboard.press("End");
      await row("9500 more").click();
      await view.locator(".monaco-list-row.focused", { hasText: "guest-500" }).waitFor();
      await page.keyboard.press("End");
      await row("9000 more").waitFor();
      await page.keyboard.press("Home");
      await workbench.toggleRow(row("guests"));
    });
    await step("a filter leaves what fits, counts it, and can be cleared", async () => {
      await workbench.command("Instar: Filter Live Processes");
      await workbench.prompt.getByPlaceholder("Name, pid, module").fill("guest-9999");
      await row("guest-9999").waitFor();
      await view.getByText("1 of 10,004 processes fit the filter.").waitFor();
      await shoot("filter", { x: 0, y: 0, width: 1280, height: 620 });
      await page.keyboard.press("Enter");
      await row("reception").waitFor({ state: "detached" });
      await workbench.command("Instar: Clear Filter of Live Processes");
      await row("reception").waitFor();
    });
    await step("one process is suspended from its menu, and resumed from the palette", async () => {
      await workbench.chooseInMenu(row("reception"), "Suspend Process");
      await until("the row to say that it is suspended", async () => /, suspended/.test(await spoken("reception")));
      await workbench.command("Instar: Resume Process");
      await workbench.pick("reception");
      await until("the row to say no more that it is suspended", async () => !/suspended/.test(await spoken("reception")));
    });
    await step("a restart is asked about, and only that process is another one", async () => {
      await workbench.chooseInMenu(row("bar"), "Restart Process…");
      await workbench.dialog("Its state and the messages that wait").waitFor();
      await workbench.answerDialog("Restart");
      await until("the row to count the restart", async () => /1 restart/.test(await spoken("bar")));
      assert.doesNotMatch(await spoken("reception"), /restart/);
    });
    await step("what holds old code is a document that leads to the process", async () => {
      project.write("src/desk.actor.ts", desk("good evening"));
      project.instar("upgrade", "--force");
      await workbench.chooseInMenu(row("reception"), "Show What Holds Old Code");
      const held = workbench.line("has greet in State.greet");
      await held.waitFor();
      await held
        .locator(".detected-link")
        .first()
        .click({ modifiers: ["Control"] });
      // The row was the last one that had the focus; now the tree has it, too.
      await view.locator(".monaco-list:focus-within .monaco-list-row.focused", { hasText: "reception" }).waitFor();
    });
    await step("what the runtime says has a channel of its own", async () => {
      await workbench.chooseInMenu(row(/^\s*dev/), "Show Runtime Log");
      // What is in it cannot be seen here: without native modules, this VS Code writes no log.
      await page.locator(".part.panel", { hasText: "Instar: dev (chat)" }).waitFor();
      await workbench.hidePanel();
    });
    await step("the state of a process is a document", async () => {
      await workbench.chooseInMenu(row("reception"), "Show State");
      const line = workbench.line("title: 'Reception'");
      await line.waitFor();
      await until("the state to be coloured", async () => (await line.locator("span > span").count()) > 3);
      await shoot("processes", { x: 0, y: 0, width: 1280, height: 620 });
    });
    await step("a runtime that dies is said to have died, with the next step", async () => {
      const [{ pid } = assert.fail()] = project.runFiles();
      process.kill(pid, "SIGKILL");
      await view.getByText("The dev runtime has ended, and its processes with it.").waitFor();
      await view.getByRole("button", { name: "Start Dev Runtime" }).last().waitFor();
    });
  },
} satisfies Scenario;
