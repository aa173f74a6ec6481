/**
 * `createDeployedBuilder`: the builder for a build that a deploy writes. Nobody has looked at it since the compiler did, and it may be
 * half there: so it is taken only as a whole.
 */
import { relative } from "node:path";
import { build as bundle, type Message, stop as stopCompiler } from "esbuild";
import { type Build, type Builder, createBuilder } from "./builder.ts";
import type { BuiltFile } from "./built-file.ts";
import { DevError } from "./dev-error.ts";

/** Between two builds no process of esbuild is kept, since they may be weeks apart. */
export function createDeployedBuilder(root: string): Builder {
  const builder = createBuilder(root);
  let building = 0;
  return {
    async build(entries, boundary) {
      building++;
      try {
        const first = await builder.build(entries, boundary);
        await link(root, entries);
        const second = await builder.build(entries, boundary);
        refuseMoving(root, first, second);
        return second;
      } finally {
        if (--building === 0) await stopCompiler();
      }
    },
    codeOf: (hash) => builder.codeOf(hash),
  };
}

/**
 * Finds what a module imports by a name that the other one does not export, as Node does when it loads ES modules: so it is where some of
 * the files are of another build. By a bundle that is thrown away.
 */
async function link(root: string, entries: readonly string[]): Promise<void> {
  try {
    await bundle({
      entryPoints: [...entries],
      absWorkingDir: root,
      bundle: true,
      write: false,
      outdir: root,
      format: "esm",
      platform: "node",
      packages: "external",
      // Files keep the paths by which modules are known; a deploy may switch a link above them.
      preserveSymlinks: true,
      logLevel: "silent",
      logOverride: { "import-is-undefined": "error" },
    });
  } catch (cause) {
    const first = (cause as { readonly errors?: readonly Message[] }).errors?.[0];
    const place =
      first?.location === null || first?.location === undefined
        ? null
        : { file: `${root}/${first.location.file}`, line: first.location.line, column: first.location.column + 1 };
    throw new DevError(
      "INSTAR_BUILD_FAILED",
      `the files of this build do not fit together: ${(first?.text ?? String(cause)).replace(/\.?$/, ".")} ` +
        "It may be there only in part. Deploy it again, and upgrade when it is there as a whole.",
      { place, cause },
    );
  }
}

function refuseMoving(root: string, first: Build, second: Build): void {
  const files = new Set([...first.files.keys(), ...second.files.keys()]);
  const isSame = (one: BuiltFile | undefined, other: BuiltFile | undefined): boolean => one?.hash === other?.hash && one?.id === other?.id;
  const changed = [...files].find((file) => !isSame(first.files.get(file), second.files.get(file)));
  if (changed === undefined) return;
  throw new DevError(
    "INSTAR_BUILD_FAILED",
    `${relative(root, changed)} changed while the build was read, so a deploy is under way. Upgrade when it has ended.`,
    { place: { file: changed, line: 1, column: 1 } },
  );
}
