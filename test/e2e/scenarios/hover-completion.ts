/** Somebody asks what became of a field, lets the missing step be completed, and asks again. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const source = "src/room.actor.ts";

export default {
  settings: { "instar.inlayHints.enabled": true },
  gallery: {
    hover: {
      section: "While you type",
      title: "What became of a field",
      caption:
        "A hover over a field, a message or `vsn` says since which version it exists, what it was, what `up` and `down` do with it, and who lives on which version, beneath what TypeScript says.",
    },
    completion: {
      section: "While you type",
      title: "A whole step, completed",
      caption:
        "Ctrl+Space in `codeChange` offers the steps that are missing, written out; the frozen type of the old state comes with them, and Tab leads through the values that are a guess.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const edits = [
      ["  readonly title: string;", "  readonly title: string;\n  readonly topic: string;"],
      ["vsn: 1,", "vsn: 2,"],
      ["({ title, members", "({ title, topic: topicOf(title), members"],
      ["  casts: {\n    say: (", "  codeChange: {\n    \n  },\n  casts: {\n    say: ("],
      [
        "function passOn(",
        'function topicOf(title: string): string {\n  return title === "lobby" ? "everything" : "";\n}\n\nfunction passOn(',
      ],
    ] as const;
    project.write(
      source,
      edits.reduce((text, [from, to]) => text.replace(from, () => to), project.read(source)),
    );
    const workbench = await open("package.json");
    await step("behind a new field stands that it came with this version", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.line(/topic.*added.in.v2/).waitFor();
    });
    await step("a hover says that a field is new and that its step is missing, beneath what TypeScript says", async () => {
      const hover = await workbench.hoverAt("topic: string", "New in version 2 (draft).");
      await hover.getByText("No step from version 1 to version 2 is written yet.").waitFor();
      await hover.getByText("(property) State.topic: string").waitFor();
    });
    await step("in codeChange, the missing step is offered", async () => {
      await workbench.cursorTo("codeChange: {");
      for (const key of ["ArrowDown", "End"]) await workbench.page.keyboard.press(key);
      const offer = await workbench.completions("1: { up, down }");
      assert.match(await offer.innerText(), /Instar: version 1 → 2/);
      await shoot("completion");
      await workbench.page.keyboard.press("Enter");
      await workbench.line("down: (state: State): StateV1 => ({").waitFor();
    });
    await step("Tab leads to the value that is a guess", async () => {
      await workbench.page.keyboard.insertText("any");
      await workbench.page.keyboard.press("Tab");
      await workbench.save();
      const text = project.read(source);
      assert.match(text, /interface StateV1 \{[^}]*title: string;[^}]*\}/);
      assert.match(
        text,
        /\n {2}codeChange: \{\n {4}\/\/ instar: review this step before the release\.\n {4}1: \{\n {6}up: [^]*topic: "any",/,
      );
      await workbench.noProblems();
    });
    await step("behind a state that nobody declares, its fields are offered", async () => {
      await workbench.replace("up: (old: StateV1): State => ({", "up: (old) => ({");
      await workbench.replace("title: old.title", "title: old");
      await workbench.completions("posted", ".");
      await workbench.completions("title: string (version 1)", "ti");
      await workbench.page.keyboard.press("Enter");
      await until("the field to be there", async () => (await workbench.line("title: old.title,").count()) > 0);
      await workbench.replace("up: (old) => ({", "up: (old: StateV1): State => ({");
      await workbench.save();
    });
    await step("a hover says what the step does with the field", async () => {
      const hover = await workbench.hoverAt("topic: string", 'set to "any"');
      await hover.getByText("dropped; its value is lost on the way back").waitFor();
      await shoot("hover");
    });
  },
} satisfies Scenario;
