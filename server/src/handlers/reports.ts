/** Reports of what an upgrade, a rehearsal or a way back did, as documents to read, to follow into the code, and to keep. */
import { relative } from "node:path";
import { documentOf } from "../documents/document.ts";
import { quiet } from "../documents/line.ts";
import { reportDocument } from "../documents/report-lines.ts";
import { clockTime } from "../documents/words.ts";
import { slashed } from "../project-root.ts";
import type { ServerRequests } from "../protocol.ts";
import { documentUri, type ReadOnlyDocument, type ReadOnlyDocuments } from "./read-only-documents.ts";

/** More of them nobody reads; one that was saved stays. */
const limit = 50;

export interface Reports {
  show(params: ServerRequests["instar/report"]["params"], roots: readonly string[]): string;
  /** For an editor that still has the document of a server that is gone. */
  remake(): ReadOnlyDocument;
}

export function createReports(documents: ReadOnlyDocuments): Reports {
  const uris: string[] = [];
  let shown = 0;
  return {
    show({ title, at, report }, roots) {
      const time = clockTime(at);
      const uri = documentUri("instar-report", `${title} ${time.replaceAll(":", "-")}.instar-report`, { id: ++shown });
      const head = [[title, quiet(` at ${time} on ${at.slice(0, 10)}`)]];
      const parts = documentOf([...head, ...reportDocument(report, (file) => pathIn(roots, file))]);
      // VS Code's own: a report that is worth keeping goes where the person wants it.
      documents.put(uri, { ...parts, actions: [{ title: "Save As…", command: "workbench.action.files.saveAs" }] });
      if (uris.push(uri) > limit) documents.forget(uris.shift()!);
      return uri;
    },
    remake: () => documentOf([["This report is gone, since the language server was started anew. Reports that were saved stay."]]),
  };
}

function pathIn(roots: readonly string[], file: string): string {
  const root = roots.find((each) => file.startsWith(`${each}/`));
  return root === undefined ? file : slashed(relative(root, file));
}
