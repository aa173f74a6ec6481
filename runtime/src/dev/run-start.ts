/**
 * `runStart`: the command `instar start`. It is part of this package, and not of the command line, since an application is deployed without
 * the analysis.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DevError } from "./dev-error.ts";
import { startDeployed } from "./start-deployed.ts";

const usage = `Usage: instar start [options] <entry>

run an application from its build, so that it can be upgraded while it runs; to be started by systemd, Docker or another supervisor

Arguments:
  entry                   the compiled entry module, whose default export is a supervisor

Options:
  -C, --project <folder>  the project, where it is not the one around the entry
  --name <name>           tells several runtimes of one project apart (default: app)
  --handler-limit <ms>    how long a handler may hold up everything before its process is killed; off for ever (default: 10000)
  --shutdown <seconds>    how long the processes may take to end at SIGTERM (default: 30)
  -h, --help              show this

Exit codes: 0 it was stopped, or the application ended by itself; 1 it did not start, or crashed too often; 2 wrong usage.`;

/** @returns the exit code; the end of the program is the caller's, since the application may have left something open */
export async function runStart(args: readonly string[]): Promise<number> {
  let options: Options | null;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`instar: ${(error as Error).message}\n(instar start --help shows all options)`);
    return 2;
  }
  if (options === null) {
    console.log(usage);
    return 0;
  }
  try {
    const deployed = await startDeployed(options);
    return (await deployed.ended) === "failed" ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DevError)) throw error;
    const { place } = error;
    console.error(`instar: ${place === null ? "" : `${place.file}:${place.line}:${place.column} `}${error.message} (${error.code})`);
    return 1;
  }
}

type Options = Parameters<typeof startDeployed>[0];

function readOptions(args: readonly string[]): Options | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      project: { type: "string", short: "C" },
      name: { type: "string" },
      "handler-limit": { type: "string" },
      shutdown: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return null;
  const [entry, ...more] = positionals;
  if (entry === undefined || more.length > 0) throw new Error("name one entry: instar start dist/app.js");
  if (!existsSync(entry)) throw new Error(`there is no file ${entry}. Build the application first.`);
  const { project, name, "handler-limit": limit, shutdown } = values;
  return {
    entry,
    ...(project === undefined ? {} : { root: resolve(project) }),
    ...(name === undefined ? {} : { name }),
    ...(limit === undefined ? {} : { handlerLimit: limit === "off" ? null : duration("--handler-limit", limit, 1) }),
    ...(shutdown === undefined ? {} : { shutdown: duration("--shutdown", shutdown, 1000) }),
  };
}

/** `10`, `10s` or `500ms`, in milliseconds. */
function duration(option: string, text: string, unit: number): number {
  const [, number, own] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(number) * (own === undefined ? unit : own === "s" ? 1000 : 1));
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31)) throw new Error(`${option} ${text}: write a time, such as 500ms or 10s.`);
  return milliseconds;
}
