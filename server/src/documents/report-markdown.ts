/** The report of an upgrade as a document to keep and to send to others: Markdown, whose tables are the same lines as elsewhere. */
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { type Line, type PathText, pieceText } from "./line.ts";
import { reportDocument } from "./report-lines.ts";

export interface ReportToKeep {
  /** What was asked for, for example `instar upgrade --strategy window`. */
  readonly title: string;
  /** The name of the runtime. */
  readonly runtime: string;
  /** ISO 8601. */
  readonly at: string;
  /** Null where its end is not known. */
  readonly report: UpgradeReport | null;
  /** What became of it afterwards, or why its end is not known, in sentences. */
  readonly remark?: string;
  /** Of the way back, where a probation was not survived. */
  readonly wayBack?: UpgradeReport;
}

export function reportMarkdown({ title, runtime, at, report, remark, wayBack }: ReportToKeep, pathOf: PathText): string {
  const parts = [
    `# ${escaped(title)}`,
    `In the runtime ${escaped(runtime)}, at ${at}.`,
    ...(report === null ? [] : sections(reportDocument(report, pathOf), "##")),
    ...(remark === undefined ? [] : [escaped(remark)]),
    ...(wayBack === undefined ? [] : ["## The way back", ...sections(reportDocument(wayBack, pathOf), "###")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What stands before the first heading as text; beneath each heading its lines as they are. */
function sections(lines: readonly Line[], level: string): string[] {
  const parts: string[] = [];
  let heading: string | null = null;
  let body: string[] = [];
  const close = (): void => {
    if (heading === null) parts.push(...body.map(escaped));
    else parts.push(`${level} ${escaped(heading)}`, fenced(body));
    body = [];
  };
  lines.forEach((line, index) => {
    const text = line.map(pieceText).join("").trimEnd();
    if (text === "") return;
    if (index > 0 && lines[index - 1]?.length === 0 && !text.startsWith(" ")) {
      close();
      heading = text;
    } else body.push(text);
  });
  close();
  return parts;
}

/** States may hold any text, also what would end the block. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...lines.map((line) => line.replace(/^ {2}/, "")), fence].join("\n");
}

/** So that it is read as it is written. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_<>#[\]|]/g, (mark) => `\\${mark}`);
}
