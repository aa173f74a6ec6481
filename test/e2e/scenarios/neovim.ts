/** The language server in Neovim, without VS Code: the finding and its quick fix, and the ways of a message. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { editInNeovim, hoverInNeovim, messagesInNeovim } from "../neovim.ts";
import type { Scenario } from "../scenario.ts";

const source = "src/room.actor.ts";

export default {
  async run({ project, tools, folder, step }) {
    await step("Neovim follows a message, and gives it another name", async () => {
      const file = "src/presence.actor.ts";
      const seen = await messagesInNeovim(tools.neovim, { root: project.root, file: join(project.root, file) }, folder);
      assert.equal(seen.definition, "src/room.actor.ts: join: async ({ state, self, reply }, who) => {");
      assert.deepEqual(seen.references.toSorted(), [
        'if (room !== null && user !== null) here.push(await room.call("join", user));',
        "join(who: Pid<User>): string;",
        "join: async ({ state, self, reply }, who) => {",
      ]);
      for (const symbol of ["[Class] Room", "[Constant] vsn", "[Struct] State", "[Method] join", "[Event] say"])
        assert.ok(seen.symbols.includes(symbol), `${symbol} is not in ${seen.symbols.join(", ")}`);
      assert.deepEqual(seen.found, ["[Method] seated"]);
      assert.match(project.read(file), /room\.call\("enter", user\)/);
      assert.match(project.read(source), /enter\(who: Pid<User>\): string;[^]*enter: async \(/);
      assert.doesNotMatch(project.read(source), /\bjoin\b/);
      assert.deepEqual(seen.exit, { code: 0, signal: 0 }, "the server ends when it is told to");
    });
    await step("Neovim sees the finding and applies the quick fix", async () => {
      project.instar("release");
      const seen = await editInNeovim(
        tools.neovim,
        {
          root: project.root,
          file: join(project.root, source),
          after: "  readonly title: string;",
          typed: "  readonly topic: string;",
          rule: "state-changed-no-code-change",
          action: "codeChange",
        },
        folder,
      );
      assert.equal(seen.before, 0, "nothing was found before the edit");
      assert.equal(seen.diagnostics.length, 1);
      assert.equal(seen.diagnostics[0]?.severity, 1, "it is an error");
      assert.match(project.read(source), /vsn: 2,[^]*codeChange: \{[^]*1: \{\s*up:[^]*down:/);
      assert.deepEqual(seen.exit, { code: 0, signal: 0 }, "the server ends when it is told to");
    });
    await step("Neovim says since when a field exists", async () => {
      const seen = await hoverInNeovim(tools.neovim, { root: project.root, file: join(project.root, source) }, folder);
      assert.match(seen.hover, /Since version 1/);
      assert.deepEqual(seen.exit, { code: 0, signal: 0 }, "the server ends when it is told to");
    });
  },
} satisfies Scenario;
