/** The whole report behind a notification: in the output in short, and as a document for who asks for it. */
import * as vscode from "vscode";
import type { UpgradeReport } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import type { Verb } from "./report.ts";
import { showDocument } from "./show-document.ts";

/** A button for the notification; the document says when the report came, not when somebody asks for it. */
export function reportAction(client: InstarClient, report: UpgradeReport, verb: Verb): Readonly<Record<string, () => Promise<void>>> {
  const at = new Date().toISOString();
  return {
    [vscode.l10n.t("Show Report")]: async () => {
      const { uri } = await client.request("instar/report", { title: titles[verb], at, report });
      await showDocument(uri);
    },
  };
}

export function logReport(output: vscode.LogOutputChannel, text: string, { errors }: UpgradeReport): void {
  output.info(text);
  for (const { code, message } of errors) output.error(`${code}: ${message}`);
}

/** In the language of the document. */
const titles: Record<Verb, string> = { upgrade: "Upgrade", rehearse: "Rehearsal", downgrade: "Downgrade", rollback: "Rollback" };
