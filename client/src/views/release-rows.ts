/** The view *Releases* as rows: the snapshots of each module, the newest first, by project where there are several. */
import type { ModuleReleases, ReleaseSummary } from "../../../server/src/protocol.ts";
import { nameOf, projectRow } from "./actor-rows.ts";
import type { L10n, Row } from "./row.ts";

export type ReleasesNode =
  | { readonly kind: "project"; readonly root: string; readonly modules: readonly ReleasedModuleNode[] }
  | ReleasedModuleNode
  | ReleaseNode;

export interface ReleasedModuleNode {
  readonly kind: "releasedModule";
  readonly root: string;
  readonly module: string;
  readonly releases: readonly ReleaseNode[];
}

/** What commands that compare releases take, one or several. */
export interface ReleaseNode {
  readonly kind: "release";
  readonly root: string;
  readonly module: string;
  readonly vsn: number;
  readonly release: ReleaseSummary;
}

export function releaseRoots(all: readonly ModuleReleases[]): ReleasesNode[] {
  const modules = all
    .map(({ root, module, releases }): ReleasedModuleNode => {
      const own = releases.map((release): ReleaseNode => ({ kind: "release", root, module, vsn: release.vsn, release }));
      return { kind: "releasedModule", root, module, releases: own };
    })
    .toSorted((one, other) => one.module.localeCompare(other.module));
  const roots = [...new Set(modules.map(({ root }) => root))].toSorted();
  if (roots.length < 2) return modules;
  return roots.map((root) => ({ kind: "project", root, modules: modules.filter((node) => node.root === root) }));
}

export function releaseChildren(node: ReleasesNode): readonly ReleasesNode[] {
  return node.kind === "project" ? node.modules : node.kind === "releasedModule" ? node.releases : [];
}

/** @param pathOf how the workspace calls a folder */
export function releaseRow(node: ReleasesNode, pathOf: (root: string) => string, l10n: L10n): Row {
  if (node.kind === "project") return projectRow(node.root, node.modules.length, pathOf, l10n);
  return node.kind === "releasedModule" ? moduleRow(node, l10n) : snapshotRow(node, l10n);
}

function moduleRow({ root, module, releases }: ReleasedModuleNode, l10n: L10n): Row {
  const { label, folder } = nameOf(module);
  const count = releases.length === 1 ? l10n.t("1 release") : l10n.t("{0} releases", releases.length);
  return {
    id: `${root}\n${module}`,
    label,
    description: [count, ...(folder === "" ? [] : [folder])].join(" · "),
    icon: "symbol-event",
    contextValue: "releasedModule",
    spoken: `${module}, ${count}`,
    children: "expanded",
    tooltip: module,
  };
}

function snapshotRow({ root, module, vsn, release }: ReleaseNode, l10n: L10n): Row {
  const { uri, date, committed, state } = release;
  const day = date.slice(0, 10);
  const when = committed ? day : l10n.t("{0}, not committed", day);
  return {
    id: `${root}\n${module}\n${vsn}`,
    label: l10n.t("v{0}", vsn),
    description: [when, state].filter((text) => text !== "").join(" · "),
    icon: committed ? "tag" : "git-commit",
    contextValue: "release",
    spoken: l10n.t("version {0} of {1}, {2}, state {3}", vsn, module, when, state),
    children: "none",
    tooltip: [l10n.t("Version {0} of {1}", vsn, module), new Date(date).toLocaleString(), ...state.split(", ")].join("\n"),
    opens: { command: "instar.openPlace", title: l10n.t("Open"), arguments: [uri] },
  };
}
