/** A small application as it is deployed: compiled JavaScript that plain Node runs, which opted in to upgrades by `enableUpgrades`. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { type Format, transformSync } from "esbuild";
import { type DevProject, devProject } from "./dev-project.ts";
import { linkInstar } from "./link-instar.ts";
import { repository } from "./temporary-project.ts";

export interface Deployed {
  readonly project: DevProject;
  /** Compiles sources of `src/` to `dist/`, as a deployment that replaces files does. */
  readonly deploy: (sources: Readonly<Record<string, string>>) => void;
}

/** A project with compiled sources, and `instar` among its packages. */
export function deployedProject(
  t: TestContext,
  sources: Readonly<Record<string, string>>,
  { format = "esm", sourceMaps = true }: { readonly format?: Format; readonly sourceMaps?: boolean } = {},
): Deployed {
  const project = devProject(t, { "package.json": JSON.stringify({ type: format === "esm" ? "module" : "commonjs" }) });
  linkInstar(project.root);
  const deploy: Deployed["deploy"] = (changed) => {
    for (const [name, text] of Object.entries(changed)) {
      project.write(`src/${name}.ts`, text);
      const { code, map } = transformSync(text, { loader: "ts", format, sourcemap: sourceMaps, sourcefile: `../src/${name}.ts` });
      if (sourceMaps) project.write(`dist/${name}.js.map`, map);
      project.write(`dist/${name}.js`, sourceMaps ? `${code}//# sourceMappingURL=${name}.js.map\n` : code);
    }
  };
  deploy(sources);
  return { project, deploy };
}

export interface RunningProgram {
  readonly process: ChildProcess;
  /** Resolves with the next line of its output that fits. */
  line(fits: RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

/** Runs `dist/app.js`; it is killed after the test. */
export function runDeployed(t: TestContext, { project }: Deployed): RunningProgram {
  const loader = process.env["INSTAR_FROM_SOURCE"]
    ? ["--import", pathToFileURL(join(repository, "node_modules/tsx/dist/loader.mjs")).href]
    : [];
  const child = spawn(process.execPath, [...loader, project.path("dist/app.js")], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      for (const watcher of watchers) watcher();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    process: child,
    ended,
    output: () => text,
    line(fits) {
      const from = text.length;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = text
            .slice(from)
            .split("\n")
            .slice(0, -1)
            .find((line) => fits.test(line));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        void ended.then((code) => reject(new Error(`the program ended with ${code} before it printed ${String(fits)}:\n${text}`)));
      });
    },
  };
}
