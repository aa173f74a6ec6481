/** `--report <file>`: the report as a document to keep, whole or not at all, however the command ends. */
import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { type ReportToKeep, reportMarkdown } from "../documents/report-markdown.ts";
import { writeFileAtomic } from "../write-files.ts";
import { UsageError } from "./exit.ts";
import { fromHere } from "./project.ts";
import { colors, printError } from "./terminal.ts";

export interface KeptReport {
  /** May be called again, when more is known. */
  keep(report: UpgradeReport | null, more?: Pick<ReportToKeep, "remark" | "wayBack">): Promise<void>;
}

/**
 * @param file undefined where nothing is to be kept
 * @throws UsageError where it could not be written, as long as nothing was begun
 */
export async function keptReport(file: string | undefined, about: Pick<ReportToKeep, "title" | "runtime">): Promise<KeptReport> {
  if (file === undefined) return { keep: () => Promise.resolve() };
  const path = resolve(file);
  const at = new Date().toISOString();
  await ensureWritable(path);
  return {
    async keep(report, more = {}) {
      try {
        await writeFileAtomic(path, reportMarkdown({ ...about, at, report, ...more }, fromHere));
      } catch (error) {
        // What was carried out stands, and is told by the exit code.
        printError(`${colors.red("instar:")} the report could not be written to ${file}: ${(error as Error).message}`);
      }
    },
  };
}

async function ensureWritable(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await access(dirname(path), constants.W_OK);
    if ((await stat(path).catch(() => null))?.isDirectory() === true) throw new Error("it is a folder");
  } catch (error) {
    throw new UsageError(`The report cannot be written to ${path}: ${(error as Error).message}. Nothing was begun; name another file.`, {
      cause: error,
    });
  }
}
