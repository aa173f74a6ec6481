/** Module ids of sources, and of what was compiled from them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { devProject } from "../../../test/support/dev-project.ts";
import { moduleId } from "./module-id.ts";

const map = (sources: readonly string[]): string => JSON.stringify({ version: 3, sources, mappings: "" });

const files: readonly { readonly name: string; readonly file: string; readonly files: Record<string, string>; readonly id: string }[] = [
  { name: "a source", file: "src/room.actor.ts", files: {}, id: "src/room.actor" },
  { name: "a JavaScript source", file: "src/room.actor.mjs", files: { "src/room.actor.mjs": "export {};" }, id: "src/room.actor" },
  {
    name: "a compiled file whose map names its source",
    file: "dist/room.actor.js",
    files: { "dist/room.actor.js": "x\n//# sourceMappingURL=room.actor.js.map\n", "dist/room.actor.js.map": map(["../src/room.actor.ts"]) },
    id: "src/room.actor",
  },
  ...["short", "a long name ".repeat(99)].map((text) => ({
    name: `a compiled file with a ${text.slice(0, 6).trim()} map inside`,
    file: "dist/room.actor.js",
    files: {
      "dist/room.actor.js": `x\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(
        JSON.stringify({ version: 3, sources: ["../src/room.actor.ts"], sourcesContent: [text], mappings: "" }),
      ).toString("base64")}\n`,
    },
    id: "src/room.actor",
  })),
  {
    name: "a compiled file with a map inside that is none",
    file: "dist/room.actor.js",
    files: { "dist/room.actor.js": "x\n//# sourceMappingURL=data:,none" },
    id: "dist/room.actor",
  },
  {
    name: "a bundle, which has many sources",
    file: "dist/app.js",
    files: { "dist/app.js": "//# sourceMappingURL=app.js.map", "dist/app.js.map": map(["../src/a.ts", "../src/b.ts"]) },
    id: "dist/app",
  },
  {
    name: "a compiled file whose source lies outside",
    file: "dist/room.actor.js",
    files: { "dist/room.actor.js": "//# sourceMappingURL=m.map", "dist/m.map": map(["../../elsewhere/room.actor.ts"]) },
    id: "dist/room.actor",
  },
  {
    name: "a compiled file whose map is not there",
    file: "dist/room.actor.js",
    files: { "dist/room.actor.js": "//# sourceMappingURL=m.map" },
    id: "dist/room.actor",
  },
  { name: "a compiled file that is gone", file: "dist/gone.actor.js", files: {}, id: "dist/gone.actor" },
];

for (const { name, file, files: there, id } of files) {
  test(`the id of ${name} is ${id}`, (t) => {
    const project = devProject(t, there);
    assert.equal(moduleId(project.root, project.path(file)), id);
  });
}
