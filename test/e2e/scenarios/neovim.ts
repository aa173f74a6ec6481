/** The language server in Neovim: the finding and its quick fix, without VS Code. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { editInNeovim } from "../neovim.ts";
import type { Scenario } from "../scenario.ts";

const source = "src/room.actor.ts";

export default {
  async run({ project, tools, folder, step }) {
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
  },
} satisfies Scenario;
