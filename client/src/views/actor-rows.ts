/** The view *Actors* as rows: modules, by project where there are several, and below each what was found in it and its steps. */
import type { ActorSummary } from "../../../server/src/protocol.ts";
import { colors, type L10n, type Row } from "./row.ts";

export type ActorNode =
  | { readonly kind: "project"; readonly root: string; readonly actors: readonly ModuleNode[] }
  | ModuleNode
  | { readonly kind: "finding"; readonly of: ModuleNode; readonly finding: ActorSummary["findings"][number]; readonly index: number }
  | { readonly kind: "step"; readonly of: ModuleNode; readonly step: ActorSummary["steps"][number] };

/** Commands take it as they take a lens's argument: by `root` and `module`. */
export interface ModuleNode {
  readonly kind: "module";
  readonly root: string;
  readonly module: string;
  readonly actor: ActorSummary;
}

/** What stands at the top: the projects where there are several, else the modules. */
export function actorRoots(actors: readonly ActorSummary[]): ActorNode[] {
  const nodes = actors.map((actor): ModuleNode => ({ kind: "module", root: actor.root, module: actor.module, actor }));
  const sorted = nodes.toSorted((one, other) => one.module.localeCompare(other.module));
  const roots = [...new Set(sorted.map(({ root }) => root))].toSorted();
  if (roots.length < 2) return sorted;
  return roots.map((root) => ({ kind: "project", root, actors: sorted.filter((node) => node.root === root) }));
}

export function actorChildren(node: ActorNode): readonly ActorNode[] {
  if (node.kind === "project") return node.actors;
  if (node.kind !== "module") return [];
  const { findings, steps } = node.actor;
  return [
    ...findings.map((finding, index) => ({ kind: "finding", of: node, finding, index }) as const),
    ...steps.map((step) => ({ kind: "step", of: node, step }) as const),
  ];
}

/** @param pathOf how the workspace calls a folder */
export function actorRow(node: ActorNode, pathOf: (root: string) => string, l10n: L10n): Row {
  if (node.kind === "project") return projectRow(node.root, node.actors.length, pathOf, l10n);
  if (node.kind === "module") return moduleRow(node.actor, l10n);
  if (node.kind === "finding") return findingRow(node, l10n);
  return stepRow(node, l10n);
}

export function projectRow(root: string, modules: number, pathOf: (root: string) => string, l10n: L10n): Row {
  const label = pathOf(root);
  const description = modules === 1 ? l10n.t("1 module") : l10n.t("{0} modules", modules);
  return {
    id: root,
    label,
    description,
    icon: "root-folder",
    contextValue: "project",
    spoken: `${l10n.t("project {0}", label)}, ${description}`,
    children: "expanded",
    tooltip: root,
  };
}

function moduleRow(actor: ActorSummary, l10n: L10n): Row {
  const { root, module, uri, range, findings, steps } = actor;
  const { label, folder } = nameOf(module);
  const versions = versionTexts(actor, l10n);
  const found = findingsText(findings, l10n);
  return {
    id: `${root}\n${module}`,
    label,
    description: [...versions, ...(folder === "" ? [] : [folder])].join(" · "),
    ...moduleIcon(findings),
    contextValue: "module",
    spoken: [module, ...versions, found].join(", "),
    children: findings.length + steps.length === 0 ? "none" : "collapsed",
    tooltip: [module, ...versions, found].join("\n"),
    uri,
    opens: open(uri, range.start, l10n),
  };
}

/** The name of the file, and where it lies: files of one name differ by their folders. */
export function nameOf(module: string): { readonly label: string; readonly folder: string } {
  const slash = module.lastIndexOf("/");
  return { label: module.slice(slash + 1), folder: slash < 0 ? "" : module.slice(0, slash) };
}

/** In the source, released, running. */
function versionTexts({ vsn, released, baseline, loaded, running }: ActorSummary, l10n: L10n): string[] {
  const source = vsn === null ? l10n.t("vsn unreadable") : released ? `v${vsn}` : l10n.t("v{0} (draft)", vsn);
  const newest = released ? [] : [baseline === null ? l10n.t("never released") : l10n.t("v{0} released", baseline)];
  if (loaded === null) return [source, ...newest];
  const current = running.find((one) => one.vsn === loaded)?.count ?? 0;
  const others = running.filter((one) => one.vsn !== loaded).map((one) => l10n.t("{0} on v{1}", one.count, one.vsn));
  return [source, ...newest, [l10n.t("{0} live on v{1}", current, loaded), ...others].join(", ")];
}

function findingsText(findings: ActorSummary["findings"], l10n: L10n): string {
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, infos] = [count("error"), count("warning"), count("info")];
  const texts = [
    ...(errors === 0 ? [] : [errors === 1 ? l10n.t("1 error") : l10n.t("{0} errors", errors)]),
    ...(warnings === 0 ? [] : [warnings === 1 ? l10n.t("1 warning") : l10n.t("{0} warnings", warnings)]),
    ...(infos === 0 ? [] : [infos === 1 ? l10n.t("1 hint") : l10n.t("{0} hints", infos)]),
  ];
  return texts.length === 0 ? l10n.t("no findings") : texts.join(", ");
}

const icons = {
  error: { icon: "error", color: colors.error },
  warning: { icon: "warning", color: colors.warning },
  info: { icon: "info" },
} as const;

function moduleIcon(findings: ActorSummary["findings"]): Pick<Row, "icon" | "color"> {
  const worst = (["error", "warning"] as const).find((severity) => findings.some((finding) => finding.severity === severity));
  return worst === undefined ? { icon: "symbol-event" } : icons[worst];
}

function findingRow({ of, finding, index }: Extract<ActorNode, { kind: "finding" }>, l10n: L10n): Row {
  const { rule, severity, message, uri, range } = finding;
  const severities = { error: l10n.t("error"), warning: l10n.t("warning"), info: l10n.t("hint") };
  return {
    id: `${of.root}\n${of.module}\n${rule}\n${index}`,
    label: rule,
    description: message.replace(/\s+/g, " "),
    ...icons[severity],
    contextValue: "finding",
    spoken: `${severities[severity]} ${rule}: ${message}`,
    children: "none",
    tooltip: message,
    opens: open(uri, range.start, l10n),
  };
}

function stepRow({ of, step }: Extract<ActorNode, { kind: "step" }>, l10n: L10n): Row {
  const { from, up, down, range } = step;
  const ways = [
    up ? l10n.t("up") : l10n.t("up missing"),
    { function: l10n.t("down"), irreversible: l10n.t("irreversible"), missing: l10n.t("down missing") }[down],
  ].join(", ");
  return {
    id: `${of.root}\n${of.module}\n${from}`,
    label: l10n.t("Step v{0} ↔ v{1}", from, from + 1),
    description: ways,
    icon: "arrow-swap",
    contextValue: "step",
    spoken: l10n.t("step between version {0} and version {1}: {2}", from, from + 1, ways),
    children: "none",
    opens: open(of.actor.uri, range.start, l10n),
  };
}

function open(uri: string, at: { readonly line: number; readonly character: number }, l10n: L10n): NonNullable<Row["opens"]> {
  return { command: "instar.openPlace", title: l10n.t("Open"), arguments: [uri, at] };
}
