/** Findings as SARIF 2.1.0, which code scanning services and viewers read. */
import { pathToFileURL } from "node:url";
import type { Analyzed } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import type { Location } from "../analysis/span.ts";
import { ruleUrl } from "../rule-url.ts";
import { fromRoot } from "./project.ts";
import { readRulePage, ruleDescription } from "./rule-pages.ts";
import { version } from "./version.ts";

const levels = { error: "error", warning: "warning", info: "note" } as const;

export function sarif(analyzed: Analyzed): unknown {
  const ids = [...new Set(analyzed.findings.map(({ rule }) => rule))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "instar", semanticVersion: version(), rules: ids.map(ruleJson) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { PROJECT: { uri: `${pathToFileURL(analyzed.root).href}/` } },
        results: analyzed.findings.map((finding) => resultJson(analyzed.root, finding, ids)),
      },
    ],
  };
}

function ruleJson(id: string): unknown {
  const page = readRulePage(id);
  if (page === undefined) return { id };
  const text = ruleDescription(page);
  return { id, shortDescription: { text }, fullDescription: { text }, helpUri: ruleUrl(id), help: { text: page, markdown: page } };
}

function resultJson(root: string, finding: Finding, ids: readonly string[]): unknown {
  return {
    ruleId: finding.rule,
    ruleIndex: ids.indexOf(finding.rule),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [locationJson(root, finding)],
    relatedLocations: finding.related.map((related) => ({ ...locationJson(root, related), message: { text: related.message } })),
    properties: { module: finding.module, ...(finding.modules === undefined ? {} : { modules: finding.modules }) },
  };
}

function locationJson(root: string, { file, range }: Location): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: fromRoot(root, file).split("/").map(encodeURIComponent).join("/"), uriBaseId: "PROJECT" },
      region: { startLine: range.start.line, startColumn: range.start.column, endLine: range.end.line, endColumn: range.end.column },
    },
  };
}
