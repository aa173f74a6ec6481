/**
 * Makes the measured programs ready: bundles ours and the runtime as they would be published (`tsx` would cost them speed), installs nact
 * and xstate from this folder's own lock file on the first run, and compiles the Erlang programs where `erl` is there.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { best, quick, type Figures } from "./program.ts";

/**
 * Whom the figures belong to. `context` is the runtime with `createSystem({ context: true })`; `copies` is an upgrade whose steps are not
 * proven to read only.
 */
export type Competitor = "instar" | "context" | "copies" | "otp" | "nact" | "xstate" | "floor";

export interface Programs {
  /** For the head of the output. */
  readonly versions: readonly string[];
  /** What is missing and why, for people. */
  readonly missing: readonly string[];
  /** Runs one measurement in a process of its own; null where the competitor is missing or does not do that measurement. */
  run(competitor: Competitor, measurement: string): Figures | null;
}

export async function prepare(): Promise<Programs> {
  const missing: string[] = [];
  await build({
    entryPoints: {
      ...Object.fromEntries(
        ["floor.ts", "instar.ts", "save.ts", "upgrade.ts", "nact.mjs", "xstate.mjs"].map((file) => [parse(file).name, at(file)]),
      ),
      "dev/child": at("../../runtime/src/dev/child.ts"),
      "shape-worker": at("../../server/src/live/shape-worker.ts"),
    },
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    splitting: true,
    packages: "external",
    logLevel: "warning",
  });
  const rivals = installRivals(missing);
  const otp = compileErlang(missing);
  const version = (name: string): string =>
    `${name} ${(JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), "utf8")) as { version: string }).version}`;
  return {
    versions: [`Node ${process.versions.node}`, ...(otp === null ? [] : [otp]), ...(rivals ? [version("nact"), version("xstate")] : [])],
    missing,
    run(competitor, measurement) {
      if (competitor === "otp") return otp === null ? null : runErlang(measurement);
      if (!rivals && (competitor === "nact" || competitor === "xstate")) return null;
      // The dev runtime always follows handlers.
      if (competitor === "context" && measurement.startsWith("save")) return null;
      if (competitor === "copies" && !measurement.startsWith("upgrade")) return null;
      const program = programOf(competitor, measurement);
      const flags = [
        ...(isOwn(competitor) && competitor !== "instar" ? [`--${competitor}`] : []),
        ...(quick ? ["--quick"] : []),
        ...(best ? ["--best"] : []),
      ];
      return figures(process.execPath, ["--expose-gc", join(dist, `${program}.js`), measurement, ...flags]);
    },
  };
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dist = at("dist");

function programOf(competitor: Competitor, measurement: string): string {
  if (!isOwn(competitor)) return competitor;
  return measurement.startsWith("save") ? "save" : measurement.startsWith("upgrade") ? "upgrade" : "instar";
}

function isOwn(competitor: Competitor): boolean {
  return competitor === "instar" || competitor === "context" || competitor === "copies";
}

function installRivals(missing: string[]): boolean {
  const lock = createHash("sha256")
    .update(readFileSync(at("package-lock.json")))
    .digest("hex");
  const stamp = at("node_modules/.instar-setup");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: at("."),
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) {
    missing.push("nact and xstate: `npm ci` failed in bench/programs");
    return false;
  }
  // Written last, so that an interrupted installation is begun again.
  writeFileSync(stamp, lock);
  return true;
}

function compileErlang(missing: string[]): string | null {
  const release = spawnSync("erl", ["-noshell", "-eval", "io:format(erlang:system_info(otp_release)), halt()."], { encoding: "utf8" });
  if (release.status !== 0) {
    missing.push("Erlang/OTP: there is no `erl` on the path");
    return null;
  }
  mkdirSync(secondVersion, { recursive: true });
  execFileSync("erlc", ["-DVSN=1", "-o", beams, at("../otp/bench.erl"), at("../otp/worker.erl")]);
  execFileSync("erlc", ["-DVSN=2", "-o", secondVersion, at("../otp/worker.erl")]);
  return `Erlang/OTP ${release.stdout} on one scheduler`;
}

const beams = join(dist, "otp");
const secondVersion = join(beams, "2");

function runErlang(measurement: string): Figures | null {
  const [name = "", population] = measurement.startsWith("upgrade") ? ["upgrade", measurement.split("-")[1]] : [measurement];
  const size =
    population ?? (name === "memory" ? "50000" : name.startsWith("start") ? (quick ? "20000" : "50000") : quick ? "100000" : "300000");
  const samples = name === "upgrade" ? (quick ? "2" : "3") : quick ? "3" : "7";
  return figures("erl", [
    "-noshell",
    "+S",
    "1:1",
    "+P",
    "1000000",
    "-pa",
    beams,
    "-run",
    "bench",
    "main",
    name,
    secondVersion,
    size,
    samples,
    best ? "best" : "median",
  ]);
}

function figures(command: string, args: readonly string[]): Figures | null {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}${stdout}`);
  const line = stdout.trim();
  return line === "" ? null : (JSON.parse(line) as Figures);
}
