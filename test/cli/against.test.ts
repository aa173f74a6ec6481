/** `--against <ref>`: what changed since a commit, read from real repositories, and what is said where git cannot give it. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { TestContext } from "node:test";
import { applyEdits } from "../../server/src/apply-edits.ts";
import { gitBaseline } from "../../server/src/git-baseline.ts";
import { openWorkspace } from "../../server/src/workspace.ts";
import { counter, counterSource } from "../support/counter.ts";
import { type GitProject, gitProject, inRepository, runGit, writeIn } from "../support/git-project.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli } from "../support/run-cli.ts";
import { repository, type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const id = "src/counter.actor";

interface Compared {
  readonly code: number | null;
  readonly stderr: string;
  readonly against: { readonly name: string; readonly commit: string; readonly uncommitted: boolean };
  readonly notes: readonly { readonly code: string; readonly module: string | null; readonly message: string }[];
  readonly modules: readonly {
    readonly id: string;
    readonly vsn: number;
    readonly baseline: { readonly vsn: number; readonly source: string; readonly name?: string } | null;
    readonly state: {
      readonly up: string;
      readonly down: string;
      readonly changes: readonly { readonly path: string; readonly kind: string }[];
    };
  }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly message: string;
    readonly file: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

async function check(project: Pick<TemporaryProject, "root">, ...args: string[]): Promise<Compared> {
  const { code, stdout, stderr } = await runCli(["check", "--format", "json", "--against", ...args], { cwd: project.root });
  assert.doesNotMatch(stderr, /should not have happened/);
  assert.notEqual(stdout, "", stderr);
  return { code, stderr, ...(JSON.parse(stdout) as Omit<Compared, "code" | "stderr">) };
}

const fields = (text: string, vsn = "1", codeChange = ""): string =>
  counterSource({
    vsn,
    state: `  readonly title: string;\n  readonly count: number;\n${text}`,
    initial: "{ title, count: 0 } as never",
    codeChange,
  });
const withStep = fields("  readonly step: number;");
const paths = ({ modules }: Compared, module = id): string[] =>
  modules.find((each) => each.id === module)?.state.changes.map(({ path, kind }) => `${kind} ${path}`) ?? [];
const codes = ({ notes }: Compared): string[] => notes.map(({ code }) => code);

test("a tag, a branch, a commit and the merge base are what the sources there say, with imports as they are there", async (t) => {
  const user = (more: string): string => `export interface User {\n  readonly name: string;${more}\n}\n`;
  const importing = counterSource({
    state: '  readonly title: string;\n  readonly count: number;\n  readonly owner: import("./user.ts").User;',
    initial: '{ title, count: 0, owner: { name: "" } } as never',
  });
  const project = gitProject(t, { [file]: importing, "src/user.ts": user("") });
  project.git("tag", "v1");
  project.git("switch", "-q", "-c", "branch");
  project.write({ "src/user.ts": user("\n  readonly age: number;") });
  project.commit("age");
  project.git("switch", "-q", "main");
  project.write({ "src/user.ts": user("\n  readonly email: string;") });
  project.commit("email");
  project.git("switch", "-q", "branch");
  const before = project.everything();

  const tag = await check(project, "v1");
  assert.deepEqual(tag.modules[0]?.baseline, { vsn: 1, source: "git", name: "v1" });
  assert.deepEqual(paths(tag), ["fieldAdded State.owner.age"]);
  assert.equal(tag.modules[0]?.state.up, "incompatible");
  assert.deepEqual([tag.code, tag.findings.map(({ rule }) => rule), tag.notes], [1, ["state-changed-no-code-change"], []]);
  assert.match(tag.findings[0]?.message ?? "", /since version 1 at v1, and no `codeChange`.*`State\.owner\.age`/);
  assert.deepEqual(tag.against, { name: "v1", commit: project.git("rev-parse", "v1"), uncommitted: false });

  assert.deepEqual(paths(await check(project, "main")), ["fieldAdded State.owner.age", "fieldRemoved State.owner.email"]);
  const base = await check(project, "main", "--merge-base");
  assert.deepEqual([base.against.name, paths(base)], ["the merge base with main", ["fieldAdded State.owner.age"]]);
  assert.deepEqual(paths(await check(project, project.git("rev-parse", "--short", "main"))), paths(await check(project, "main~0")));
  assert.deepEqual(paths(await check(project, "HEAD")), []);
  assert.deepEqual(project.everything(), before, "nothing is written, not even to the index");

  const text = await runCli(["diff", "--against", "v1"], { cwd: project.root });
  assert.match(text.stdout, /^src\/counter\.actor {2}version 1 at v1 → 1$/m);
  assert.match(text.stdout, /State\.owner\.age +fieldAdded/);
  assert.match(text.stdout, /^Compared with v1 \([0-9a-f]{10}\)\.$/m);
  const same = await runCli(["diff", "--against", "HEAD"], { cwd: project.root });
  assert.match(same.stdout, /No shape has changed since HEAD\./);
});

test("the newest snapshots stay what is compared with where nothing else is asked for", async (t) => {
  const project = inRepository(await releasedProject(t, { ".gitignore": "node_modules\n", [file]: counter }));
  project.git("init", "-q", "-b", "main");
  project.write({ [file]: withStep });
  project.commit("edited after the release");
  const plain = JSON.parse((await runCli(["check", "--format", "json"], { cwd: project.root })).stdout) as Compared;
  assert.deepEqual([plain.modules[0]?.baseline, plain.against], [{ vsn: 1, source: "snapshot" }, undefined]);
  const head = await check(project, "HEAD");
  assert.deepEqual([head.modules[0]?.baseline?.source, head.findings], ["git", []]);
});

test("a released version that is other there was not bumped; a draft of the same version goes down and up", async (t) => {
  const step = (more: string): string => `\n  codeChange: { 1: { up: (old) => old as never, down: (state) => state as never } },${more}`;
  const project = inRepository(await releasedProject(t, { ".gitignore": "node_modules\n", [file]: counter }));
  project.git("init", "-q", "-b", "main");
  project.commit("released 1");
  project.write({ [file]: fields("  readonly note?: string;") });
  const bumped = await check(project, "main");
  assert.deepEqual(
    bumped.findings.map(({ rule }) => rule),
    ["version-not-bumped"],
  );
  assert.match(bumped.findings[0]?.message ?? "", /is released, and differs from version 1 at main/);

  project.write({ [file]: fields("  readonly step: number;", "2", step("")) });
  project.commit("a draft of 2");
  project.write({ [file]: fields("  readonly stride: number;", "2", step("")) });
  const draft = await check(project, "main");
  assert.equal(draft.modules[0]?.state.up, "incompatible");
  const wrong = draft.findings.filter(({ severity }) => severity !== "info");
  assert.deepEqual(wrong, [], "its own step leads down, and the other's up");
  project.write({ [file]: fields("  readonly stride: number;", "2") });
  assert.deepEqual(
    (await check(project, "main")).findings.map(({ rule }) => rule),
    ["state-changed-no-code-change"],
  );
});

test("modules that came, went, moved and stayed behind are told apart", async (t) => {
  const other = (name: string, text = counter): string => text.replaceAll("Counter", name);
  const project = gitProject(t, {
    [file]: counter,
    "src/gone.actor.ts": other("Gone"),
    "src/old/room.actor.ts": other("Room"),
    "src/ahead.actor.ts": other("Ahead", fields("  readonly step: number;", "3")),
  });
  project.git("tag", "v1");
  project.remove("src/gone.actor.ts");
  project.remove("src/old");
  project.write({
    "src/new/room.actor.ts": other("Room", withStep),
    "src/fresh.actor.ts": other("Fresh"),
    "src/ahead.actor.ts": other("Ahead", fields("", "2")),
  });
  const result = await check(project, "v1");
  const by = new Map(result.notes.map((note) => [note.code, note]));
  assert.deepEqual([...by.keys()].toSorted(), ["INSTAR_BASELINE_AHEAD", "INSTAR_BASELINE_MOVED", "INSTAR_BASELINE_REMOVED"]);
  assert.equal(by.get("INSTAR_BASELINE_REMOVED")?.module, "src/gone.actor");
  assert.match(
    by.get("INSTAR_BASELINE_MOVED")?.message ?? "",
    /src\/new\/room\.actor was src\/old\/room\.actor at v1.*id: "src\/old\/room\.actor"/,
  );
  assert.match(by.get("INSTAR_BASELINE_AHEAD")?.message ?? "", /version 3 at v1 and version 2 here.*--merge-base/);
  assert.deepEqual(paths(result, "src/new/room.actor"), ["fieldAdded State.step"]);
  assert.equal(result.modules.find((module) => module.id === "src/fresh.actor")?.baseline, null);
  assert.equal(result.against.uncommitted, true);
  const text = await runCli(["diff", "--against", "v1"], { cwd: project.root });
  assert.match(text.stdout, /Not in v1, so there is nothing to compare with: src\/fresh\.actor\./);
  assert.match(text.stdout, /uncommitted changes included/);
  assert.match(text.stderr, /src\/gone\.actor is an actor module at v1.*\(INSTAR_BASELINE_REMOVED\)/);
});

test("what is broken there is compared by its snapshot there, or as far as it can be read, and said to be", async (t) => {
  const broken = counter.replace("calls: {\n", "calls: {{{\n").replace("casts: { add", "casts: {{ add");
  const project = inRepository(await releasedProject(t, { ".gitignore": "node_modules\n", [file]: counter }));
  project.git("init", "-q", "-b", "main");
  project.write({
    [file]: broken.replace("vsn: 1,", "vsn: 1, ;;"),
    "src/second.actor.ts": counter.replace("readonly count: number", 'readonly count: import("./gone.ts").Gone'),
  });
  project.commit("broken");
  project.write({ [file]: withStep, "src/second.actor.ts": counter });
  const result = await check(project, "HEAD");
  const notes = new Map(result.notes.map((note) => [note.module, note]));
  assert.deepEqual(codes(result), ["INSTAR_BASELINE_BROKEN", "INSTAR_BASELINE_BROKEN"]);
  assert.match(notes.get(id)?.message ?? "", /does not parse there \(line \d+: .*snapshot of version 1 there/);
  assert.deepEqual(paths(result), ["fieldAdded State.step"]);
  assert.match(notes.get("src/second.actor")?.message ?? "", /types that cannot be found there.*what could not is unknown/);
  assert.equal(result.modules.find((module) => module.id === "src/second.actor")?.state.up, "unknown");
});

test("a project deep in a repository, which imports from beside it through links, and was not there before", async (t) => {
  const outer = temporaryFolder(t);
  const project = inRepository(
    temporaryProject(t, {
      [file]: counterSource({
        state:
          '  readonly title: string;\n  readonly count: number;\n  readonly a: import("../../shared/a.ts").A;\n  readonly b: import("./linked/b.ts").B;\n  readonly c: import("kit").C;',
        initial: "{ title, count: 0 } as never",
      }),
    }),
  );
  renameSync(project.root, join(outer, "app"));
  const root = join(outer, "app");
  const put = inRepository({ ...project, root: outer, write: writeIn(outer), path: (name) => join(outer, name) });
  put.git("init", "-q", "-b", "main");
  put.git("commit", "-q", "--allow-empty", "-m", "nothing");
  put.write({
    ".gitignore": "node_modules\n",
    "shared/a.ts": "export interface A { readonly x: number }\n",
    "shared/b.ts": "export interface B { readonly x: number }\n",
    "kit/package.json": JSON.stringify({ name: "kit", types: "index.d.ts" }),
    "kit/index.d.ts": "export interface C { readonly x: number }\n",
  });
  symlinkSync("../../shared", join(root, "src/linked"));
  symlinkSync("../../kit", join(root, "node_modules/kit"));
  put.commit("all");
  put.write({
    "shared/a.ts": "export interface A { readonly x: string }\n",
    "shared/b.ts": "export interface B { readonly x: string }\n",
    "kit/index.d.ts": "export interface C { readonly x: string }\n",
  });
  const result = await check({ root }, "HEAD");
  assert.deepEqual([paths(result), codes(result)], [["changed State.a.x", "changed State.b.x", "changed State.c.x"], []]);
  const before = await check({ root }, "HEAD~1");
  assert.deepEqual([before.modules[0]?.baseline, codes(before)], [null, ["INSTAR_BASELINE_EMPTY"]]);
});

test("types from a submodule are those of the commit that it was at; one that is not here is named", async (t) => {
  const library = temporaryFolder(t);
  const inLibrary = inRepository({ ...temporaryProject(t, {}), root: library, write: writeIn(library) });
  inLibrary.git("init", "-q", "-b", "main");
  inLibrary.write({ "types.ts": "export interface T { readonly x: number }\n" });
  inLibrary.commit("one");
  const project = gitProject(t, {
    [file]: counterSource({
      state: '  readonly title: string;\n  readonly count: number;\n  readonly t: import("../library/types.ts").T;',
      initial: "{ title, count: 0 } as never",
    }),
  });
  project.git("submodule", "--quiet", "add", library, "library");
  project.commit("with a submodule");
  inLibrary.write({ "types.ts": "export interface T { readonly x: string }\n" });
  inLibrary.commit("two");
  runGit(project.path("library"), "pull", "-q");
  assert.deepEqual(paths(await check(project, "HEAD")), ["changed State.t.x"]);
  project.git("submodule", "--quiet", "deinit", "--force", "library");
  project.write({ "library/types.ts": "export interface T { readonly x: string }\n" });
  const without = await check(project, "HEAD");
  assert.deepEqual([...codes(without)].toSorted(), ["INSTAR_BASELINE_BROKEN", "INSTAR_BASELINE_SUBMODULE"]);
  assert.match(without.notes.map(({ message }) => message).join("\n"), /git submodule update --init library/);
});

test("a shallow clone says what it lacks and what brings it", async (t) => {
  const origin = gitProject(t, { [file]: counter });
  origin.git("tag", "v1");
  origin.write({ [file]: withStep });
  origin.commit("second");
  origin.git("branch", "work");
  origin.write({ [file]: fields("  readonly other: number;") });
  origin.commit("third");
  const clone = cloned(t, origin, "--depth=1", "--no-tags", "--branch", "work");
  for (const [args, code, said] of [
    [["v1"], "INSTAR_UNKNOWN_REF", /no commit, branch or tag v1 in .*shallow.*git fetch --unshallow --tags.*fetch-depth: 0/],
    [["HEAD~1"], "INSTAR_UNKNOWN_REF", /shallow.*git fetch --deepen=100/],
  ] as const) {
    await refused(clone, args, code, said);
  }
  clone.git("remote", "set-branches", "origin", "*");
  clone.git("fetch", "-q", "--depth=1", "origin", "main");
  const remote = await check(clone, "main");
  assert.deepEqual([remote.against.name, codes(remote)], ["origin/main", ["INSTAR_BASELINE_REMOTE"]]);
  assert.deepEqual(paths(remote), ["fieldAdded State.step", "fieldRemoved State.other"]);
  await refused(clone, ["main", "--merge-base"], "INSTAR_NO_MERGE_BASE", /shallow.*left origin\/main.*git fetch --deepen=100.*--unshallow/);
  clone.git("fetch", "-q", "--deepen=100", "origin");
  assert.deepEqual(paths(await check(clone, "main", "--merge-base")), []);
});

test("refs that mean nothing, and folders without git", async (t) => {
  const project = gitProject(t, { [file]: counter });
  project.git("tag", "v1.2");
  await refused(project, ["v1"], "INSTAR_UNKNOWN_REF", /no commit, branch or tag v1 in .*Did you mean v1\.2\?/);
  await refused(project, ["HEAD:src"], "INSTAR_UNKNOWN_REF", /not a commit/);
  await refused(project, ["--upload-pack=x"], "INSTAR_UNKNOWN_REF", /no commit, branch or tag --upload-pack=x/);
  await refused(project, ["^v1.2"], "INSTAR_UNKNOWN_REF", /no commit, branch or tag \^v1\.2/);
  await refused(project, [":/nobody wrote this"], "INSTAR_UNKNOWN_REF", /no commit, branch or tag :\/nobody/);
  project.git("commit", "-q", "--allow-empty", "-m", "A message to look for");
  for (const ref of [":/to look", "HEAD^{/to look}", "v1.2^{}", "@"]) assert.equal(gitBaseline(project.root, ref, false).name, ref);
  project.git("switch", "-q", "--orphan", "alone");
  project.git("commit", "-q", "--allow-empty", "-m", "alone");
  project.write({ "package.json": "{}" });
  await refused(project, ["v1.2", "--merge-base"], "INSTAR_NO_MERGE_BASE", /no common ancestor/);
  await refused(temporaryProject(t, { [file]: counter }), ["main"], "INSTAR_NOT_A_REPOSITORY", /Leave out --against/);
  const usage = await runCli(["check", "--merge-base"], { cwd: project.root });
  assert.deepEqual([usage.code, /say which with --against/.test(usage.stderr)], [2, true]);
  const without = await runCli(["check", "--against", "v1.2"], { cwd: project.root, env: { PATH: "/nowhere" } });
  assert.match(without.stderr, /git was not found.*\(INSTAR_GIT_MISSING\)/);
  assert.equal(without.code, 2);
});

test("a version that two branches released is one number for two programs, whichever is looked at", async (t) => {
  const project = inRepository(await releasedProject(t, { ".gitignore": "node_modules\n", [file]: counter }));
  const step =
    "\n  codeChange: { 1: { up: (old) => ({ ...(old as object), step: 1, stride: 1 }) as never, down: (state) => state as never } },";
  const release = async (text: string): Promise<void> => {
    project.write({ [file]: text });
    const { code, stderr } = await runCli(["release"], { cwd: project.root });
    assert.equal(code, 0, stderr);
    project.commit("released 2");
  };
  project.git("init", "-q", "-b", "main");
  project.commit("released 1");
  project.git("switch", "-q", "-c", "branch");
  await release(fields("  readonly stride: number;", "2", step));
  project.git("switch", "-q", "main");
  await release(fields("  readonly step: number;", "2", step));
  project.git("switch", "-q", "branch");
  const forked = await check(project, "main");
  const fork = forked.findings.find(({ rule }) => rule === "code-change-chain-fork");
  assert.match(
    fork?.message ?? "",
    /Version 2 of `src\/counter\.actor` is released twice: here, and at main with other contents \(here, `State\.stride` was added .*`State\.step` was removed\).*raise its `vsn` to 3 with a `codeChange\[2\]`/,
  );
  assert.deepEqual([fork?.file, fork?.range?.start.line], [`.instar/releases/${id}/2.d.ts`, 6]);
  assert.ok(!(await check(project, "main", "--merge-base")).findings.some(({ rule }) => rule === "code-change-chain-fork"));
  // The other branch keeps the number.
  const own = { [file]: project.read(file), [`.instar/releases/${id}/2.d.ts`]: project.read(`.instar/releases/${id}/2.d.ts`) };
  const { analyzer, readFile } = openWorkspace(project.root, { against: gitBaseline(project.root, "main", false) });
  const [fix] = analyzer.analyze()?.findings.find(({ rule }) => rule === "code-change-chain-fork")?.fixes ?? [];
  assert.equal(fix?.title, "Take version 2 of main, and make this one version 3");
  const edits = fix.edits({ renames: { "State.step": "State.stride" } });
  for (const name of new Set(edits.map((edit) => edit.file)))
    project.write({
      [relative(project.root, name)]: applyEdits(
        readFile(name) ?? "",
        edits.filter((edit) => edit.file === name),
      ),
    });
  assert.equal(project.read(`.instar/releases/${id}/2.d.ts`), project.git("show", `main:.instar/releases/${id}/2.d.ts`) + "\n");
  assert.match(project.read(file), /vsn: 3\b.*2: \{.*up: \(old: StateV2\): State => \(\{.*stride: old\.step/s);
  const renumbered = await check(project, "main");
  assert.deepEqual([renumbered.code, renumbered.findings.filter(({ rule }) => rule === "code-change-chain-fork")], [0, []]);
  assert.equal((await runCli(["release"], { cwd: project.root })).code, 0);
  project.remove(`.instar/releases/${id}/3.d.ts`);
  project.write(own);
  // Merged, with the marks left in the snapshot.
  try {
    project.git("merge", "-q", "main");
  } catch {}
  const merged = await runCli(["check"], { cwd: project.root });
  assert.match(merged.stdout, /2\.d\.ts:1:1 error snapshot-damaged\n.*holds the marks of a merge.*raise `vsn` of the other one to 3/);
});

test("fix mends what check finds against a ref, given or configured, and its diff is what git applies", async (t) => {
  const project = gitProject(t, { [file]: counter });
  project.write({ [file]: withStep });
  const none = await runCli(["fix"], { cwd: project.root });
  assert.deepEqual([none.code, none.stdout], [0, ""]);
  const shown = await runCli(["fix", "--against", "main"], { cwd: project.root });
  assert.match(
    shown.stderr,
    /Would fix state-changed-no-code-change.*Compared with main \([0-9a-f]{10}\), uncommitted changes included\./s,
  );
  project.write({ "fix.diff": shown.stdout });
  project.git("apply", "fix.diff");
  project.remove("fix.diff");
  assert.equal((await check(project, "main")).code, 0);
  const again = await runCli(["fix", "--against", "main"], { cwd: project.root });
  assert.match(again.stderr, /Nothing to fix/);

  project.write({ [file]: withStep, "instar.config.json": JSON.stringify({ baseline: "main" }) });
  const configured = await runCli(["fix", "--write", "--format", "json"], { cwd: project.root });
  const printed = JSON.parse(configured.stdout) as { readonly against: { readonly name: string }; readonly written: boolean };
  assert.deepEqual([printed.against.name, printed.written], ["main", true]);
  assert.equal((await runCli(["check"], { cwd: project.root })).code, 0);
});

test("a release that the merge base has is frozen; one that only this branch has may be amended", async (t) => {
  const project = inRepository(await releasedProject(t, { ".gitignore": "node_modules\n", [file]: counter }));
  project.git("init", "-q", "-b", "main");
  project.commit("released 1");
  const snapshot = `.instar/releases/${id}/1.d.ts`;
  const before = project.read(snapshot);
  const amend = () => runCli(["release", "--amend"], { cwd: project.root });
  project.write({ [file]: withStep });
  project.git("switch", "-q", "-c", "branch");
  const refusal = await amend();
  assert.equal(refusal.code, 1);
  assert.match(refusal.stderr, /src\/counter\.actor\.ts \(version 1\) is released on main.*Raise vsn to 2/);
  assert.equal(project.read(snapshot), before);
  project.git("branch", "-q", "-D", "main");
  assert.equal((await amend()).code, 0, "nobody else has it");
  assert.notEqual(project.read(snapshot), before);
});

async function refused(project: Pick<TemporaryProject, "root">, args: readonly string[], code: string, said: RegExp): Promise<void> {
  for (const command of ["check", "diff", "fix"]) {
    const result = await runCli([command, "--against", ...args], { cwd: project.root });
    assert.match(result.stderr, said);
    assert.match(result.stderr, new RegExp(`\\(${code}\\)`));
    assert.deepEqual([result.code, result.stdout], [2, ""]);
  }
}

function cloned(t: TestContext, origin: GitProject, ...args: string[]): GitProject {
  const folder = temporaryFolder(t);
  const root = join(folder, "clone");
  runGit(folder, "clone", "-q", ...args, `file://${origin.root}`, root);
  writeIn(root)({ "node_modules/.keep": "" });
  symlinkSync(join(repository, "runtime"), join(root, "node_modules/instar"), "junction");
  return inRepository({ ...origin, root });
}

function temporaryFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "instar-git-")));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

test("what a supervisor was at a commit is read there, whether the rest of the tree is known already or not", async (t) => {
  const app = (ids: readonly string[]): string =>
    `import { child, supervisor } from "instar";\nimport counter from "./counter.actor.ts";\n\nexport default supervisor({\n  children: [\n${ids
      .map((each) => `    child(counter, { id: "${each}", args: ["${each === "second" ? "2" : each}"] }),\n`)
      .join("")}  ],\n});\n`;
  const project = gitProject(t, { [file]: counter, "src/app.ts": app(["first", "2"]) });
  project.write({ "src/app.ts": app(["first", "second"]) });
  for (let time = 0; time < 2; time += 1) {
    const { code, findings } = await check(project, "main");
    assert.deepEqual(
      [code, findings.map(({ rule, file: where, range }) => [rule, where, range.start.line])],
      [0, [["child-spec-changed", "src/app.ts", 7]]],
    );
    assert.match(findings[0]?.message ?? "", /^The child `2` of main is now `second`\./);
  }
});
