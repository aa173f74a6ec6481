/** What a project says of itself in its configuration, and what it makes of findings. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { oldestSupported } from "../server/src/analysis/configuration.ts";
import { configured } from "../server/src/analysis/configured.ts";
import { readConfiguration } from "../server/src/analysis/read-configuration.ts";
import type { Finding, Rule } from "../server/src/analysis/rule.ts";
import { FixtureProject } from "./support/fixture.ts";
import { memoryHost } from "./support/memory-host.ts";

/** An error, a warning of the way back, and one in a second module. */
const room = (state: string, vsn = "1") => `import { actor } from "instar";

interface Room {
  init(): ${state};
}

export default actor<Room>({ vsn: ${vsn}, init: () => ({ ${state.includes("size") ? "size: 0" : 'name: ""'} }) });
`;

function project(configuration: object): FixtureProject {
  const made = new FixtureProject();
  for (const name of ["room", "legacy/hall"]) made.write(`src/${name}.actor.ts`, room("{ readonly size: number }"));
  made.release();
  for (const name of ["room", "legacy/hall"]) made.write(`src/${name}.actor.ts`, room("{ readonly name: string }"));
  made.write("src/odd.actor.ts", room("{ readonly size: number }", "[1].length"));
  made.write("instar.config.json", JSON.stringify(configuration));
  return made;
}

const found = (made: FixtureProject) =>
  made.findings().map(({ rule, severity, file }) => `${severity} ${rule} ${made.name(file).replace(/^src\/|\.actor\.ts$/g, "")}`);

const changed = "state-changed-no-code-change";

const judged: [name: string, configuration: object, expected: readonly string[]][] = [
  ["nothing", {}, [`error ${changed} legacy/hall`, "error vsn-not-literal odd", `error ${changed} room`]],
  ["a severity", { rules: { [changed]: "info" } }, [`info ${changed} legacy/hall`, "error vsn-not-literal odd", `info ${changed} room`]],
  ["off", { rules: { [changed]: "off", "vsn-not-literal": { severity: "off" } } }, []],
  [
    "files that a rule passes over",
    { rules: { [changed]: { ignore: ["src/legacy"] } } },
    ["error vsn-not-literal odd", `error ${changed} room`],
  ],
  [
    "files by a pattern, and a severity for the others",
    { rules: { [changed]: { severity: "warning", ignore: ["**/hall.*"] } } },
    ["error vsn-not-literal odd", `warning ${changed} room`],
  ],
  ["include", { include: ["src/legacy"] }, [`error ${changed} legacy/hall`]],
  ["exclude", { exclude: ["./src/legacy/", "src/odd.*"] }, [`error ${changed} room`]],
  [
    "an accepted break",
    { acceptedBreaks: [{ rule: changed, module: "src/room.actor", reason: "nobody keeps rooms" }] },
    [`error ${changed} legacy/hall`, "error vsn-not-literal odd"],
  ],
  [
    "an accepted change that is none of those that break",
    { include: ["src/room.*"], acceptedBreaks: [{ rule: changed, module: "src/room.actor", item: "State.size", reason: "gone" }] },
    ["warning unused-suppression instar.config.json", `error ${changed} room`],
  ],
  [
    "the one change that breaks accepted",
    {
      include: ["src/room.*"],
      acceptedBreaks: [{ rule: changed, module: "src/room.actor", item: "State.name", reason: "filled in later" }],
    },
    [],
  ],
  [
    "an accepted break of another module is not used",
    { exclude: ["src/legacy", "src/odd.*"], acceptedBreaks: [{ rule: changed, module: "src/hall.actor", reason: "none" }] },
    ["warning unused-suppression instar.config.json", `error ${changed} room`],
  ],
];

for (const [name, configuration, expected] of judged)
  test(`findings with ${name}`, () => assert.deepEqual(found(project(configuration)), expected));

test("the configuration is followed while it is edited", () => {
  const made = project({ exclude: ["src/legacy", "src/odd.*"] });
  assert.deepEqual(found(made), [`error ${changed} room`]);
  made.write("instar.config.json", JSON.stringify({ exclude: ["src"] }));
  assert.deepEqual(found(made), []);
  made.write("instar.config.json", "{}");
  assert.equal(found(made).length, 3);
});

const finding = (over: Partial<Finding>): Finding => ({
  rule: "one",
  severity: "warning",
  module: "src/a.actor",
  file: "/project/src/a.actor.ts",
  range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
  message: "",
  related: [],
  fixes: [],
  ...over,
});

test("presets raise what rules say, and lower nothing; a severity of the person's own wins", () => {
  const rule = {
    id: "one",
    severity: "warning",
    description: "",
    presets: { rolling: "error", rollback: "info" },
    check: () => [],
  } satisfies Rule;
  const weight = (configuration: object, over: Partial<Finding> = {}) => {
    const config = readConfiguration(memoryHost({ "/project/instar.config.json": JSON.stringify(configuration) }), "/project");
    const weighed = configured(
      finding(over),
      rule,
      { ...config, rules: new Map(Object.entries((configuration as { own?: object }).own ?? {})) },
      "/project",
    );
    return weighed === undefined ? "off" : `${weighed.severity} ${weighed.editorSeverity ?? "same"}`;
  };
  assert.equal(weight({}), "warning same");
  assert.equal(weight({ preset: "rolling" }), "error same");
  assert.equal(weight({ preset: "rollback" }), "warning same");
  assert.equal(weight({ preset: "rolling", own: { one: { severity: "info", ignore: [] } } }), "info same");
  assert.equal(weight({ own: { one: { severity: "info", ignore: [] } } }, { severity: "error", editorSeverity: "warning" }), "info info");
});

test("package.json says the same, instar.config.json wins, and both are told", () => {
  const of = (files: Record<string, string>) => readConfiguration(memoryHost(files), "/p");
  assert.equal(of({ "/p/package.json": '{ "instar": { "preset": "rolling" } }' }).preset, "rolling");
  const both = of({ "/p/package.json": '{\n  "instar": { "preset": "rolling" }\n}', "/p/instar.config.json": '{ "preset": "rollback" }' });
  assert.equal(both.preset, "rollback");
  assert.deepEqual(
    both.problems.map(({ file, range }) => [file, range.start]),
    [["/p/package.json", { line: 2, column: 3 }]],
  );
  assert.deepEqual(of({ "/p/package.json": "{ not json" }).problems.length, 1);
  assert.deepEqual(
    of({ "/p/package.json": "[]", "/p/instar.config.json": "" }).problems[0]?.text,
    "It cannot be read as JSON: a value is missing.",
  );
});

test("the oldest version that is supported", () => {
  const of = (upgradableFrom: object) => {
    const config = readConfiguration(memoryHost({ "/p/instar.config.json": JSON.stringify({ upgradableFrom }) }), "/p");
    return [oldestSupported(config, "a", [2, 3, 5]), oldestSupported(config, "b", [1]), oldestSupported(config, "c", [])];
  };
  assert.deepEqual(of({}), [2, 1, null]);
  assert.deepEqual(of({ releases: 2 }), [3, 1, null]);
  assert.deepEqual(of({ releases: 2, modules: { a: 5 } }), [5, 1, null]);
});

test("one accepted change of several leaves the others, one accepted module leaves the others", () => {
  const made = new FixtureProject();
  const shared = (field: string) => `export interface Item {\n  readonly ${field}: string;\n}\n`;
  const holder = `import { actor } from "instar";
import type { Item } from "./item.ts";

interface Room {
  init(item: Item): { readonly item: Item };
}

export default actor<Room>({ vsn: 1, init: (item) => ({ item }) });
`;
  made.write("src/item.ts", shared("name"));
  made.write("src/a.actor.ts", holder);
  made.write("src/b.actor.ts", holder);
  made.release();
  made.write("src/item.ts", shared("title"));
  const accept = (...modules: string[]) => {
    const acceptedBreaks = modules.map((module) => ({ rule: changed, module, reason: "known" }));
    made.write("instar.config.json", JSON.stringify({ acceptedBreaks }));
    return made.findings().map(({ rule, modules: all }) => [rule, all]);
  };
  assert.deepEqual(accept(), [[changed, ["src/a.actor", "src/b.actor"]]]);
  assert.deepEqual(accept("src/a.actor"), [[changed, ["src/b.actor"]]]);
  assert.deepEqual(accept("src/a.actor", "src/b.actor"), []);
  // A comment at the shared declaration speaks for all that use it.
  made.write("instar.config.json", "{}");
  made.write("src/item.ts", shared("title").replace("  readonly", `  // instar-ignore ${changed}: known\n  readonly`));
  const left = made.findings().map(({ rule, file }) => [rule, made.name(file)]);
  made.write("src/item.ts", `// instar-ignore ${changed}: known\n${shared("title")}`);
  const leftAbove = made.findings().map(({ rule, file }) => [rule, made.name(file)]);
  assert.ok(
    [left, leftAbove].some((each) => each.length === 0),
    JSON.stringify([left, leftAbove]),
  );
});

test("the example of the documentation is a valid configuration", () => {
  const page = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");
  const text = /```json\n([^]*?)```/.exec(page)?.[1] ?? "";
  const { problems, names, acceptedBreaks } = readConfiguration(memoryHost({ "/project/instar.config.json": text }), "/project");
  assert.deepEqual(problems, []);
  assert.ok(names.length > 0 && acceptedBreaks.length > 0);
});
