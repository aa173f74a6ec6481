/** A real project in a temporary folder, with this repository's packages in its `node_modules` as npm would link them. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";

/** The root of this repository, absolute. */
export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export interface TemporaryProject {
  readonly root: string;
  path(name: string): string;
  read(name: string): string;
  write(files: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  /** Every file with its text, apart from `node_modules`: equal before and after where nothing was written. */
  everything(): Record<string, string>;
}

/** Files of every project unless given; null leaves one out. */
const common = {
  "package.json": JSON.stringify({ name: "temporary", private: true, type: "module" }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2022",
      // Without the DOM, of which the tests need nothing: it is most of what TypeScript would read.
      lib: ["es2023"],
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      noEmit: true,
      types: [],
      allowImportingTsExtensions: true,
    },
    include: ["src"],
  }),
};

/** Is removed when the test ends. */
export function temporaryProject(test: TestContext, files: Readonly<Record<string, string | null>>): TemporaryProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-project-")));
  test.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const project: TemporaryProject = {
    root,
    path: (name) => join(root, name),
    read: (name) => readFileSync(join(root, name), "utf8"),
    write(texts) {
      for (const [name, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), text);
      }
    },
    remove: (name) => rmSync(join(root, name), { recursive: true }),
    everything() {
      const names = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .filter((name) => !name.startsWith("node_modules/"))
        .toSorted();
      return Object.fromEntries(names.map((name) => [name, project.read(name)]));
    },
  };
  const wanted = Object.entries({ ...common, ...files }).filter((entry): entry is [string, string] => entry[1] !== null);
  project.write(Object.fromEntries(wanted));
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(repository, "runtime"), join(root, "node_modules/instar"), "junction");
  symlinkSync(join(repository, "server"), join(root, "node_modules/instar-language-server"), "junction");
  return project;
}
