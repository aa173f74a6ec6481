/** What the rows of the view *Live Processes* say. */
import type { ProcessInfo, RuntimeInfo } from "../../../server/src/protocol.ts";
import type { MoreNode, ProcessNode, RuntimeNode } from "./process-forest.ts";
import { byteSize, colors, type L10n, type Row } from "./row.ts";

/** @param several whether the runtimes are of several projects, so that each says of which it is. */
export function runtimeRow({ root, runtime }: RuntimeNode, several: boolean, l10n: L10n): Row {
  const status = runtimeStatus(runtime, l10n);
  const project = several ? [root.split("/").at(-1) ?? root] : [];
  const well = runtime.status === "running" || runtime.status === "starting";
  return {
    id: `${root}\n${runtime.name}`,
    label: runtime.name,
    description: [status, ...project].join(" · "),
    icon: well ? "server-process" : runtime.status === "exited" ? "error" : "warning",
    ...(well ? {} : { color: runtime.status === "exited" ? colors.error : colors.warning }),
    contextValue: "runtime",
    spoken: [l10n.t("runtime {0}", runtime.name), status, ...project].join(", "),
    children: "expanded",
    tooltip: [
      l10n.t("Runtime {0} of {1}", runtime.name, root),
      runtime.entry,
      l10n.t("{0} · process {1} · Node {2}", status, runtime.applicationPid ?? "–", runtime.node),
    ].join("\n"),
  };
}

function runtimeStatus({ status, stuck }: RuntimeInfo, l10n: L10n): string {
  if (status === "starting") return l10n.t("starting");
  if (status === "running") return l10n.t("running");
  if (status === "exited") return l10n.t("the application has ended");
  if (stuck === null || stuck.handler === null) return l10n.t("does not answer");
  return l10n.t("does not answer: {0} is in {1}", stuck.name ?? stuck.pid ?? "?", stuck.handler);
}

/** @param filtered children are shown at once then, since somebody looks for them. */
export function processRow({ root, in: { runtime }, process }: ProcessNode, children: number, filtered: boolean, l10n: L10n): Row {
  const { pid, name, module, vsn, oldCode, status, mailbox, restarts, stateSize } = process;
  const news = [
    ...(oldCode ? [l10n.t("old code")] : []),
    ...(status === "suspended" ? [l10n.t("suspended")] : []),
    ...(mailbox > 0 ? [l10n.t("{0} queued", mailbox)] : []),
    ...(restarts > 0 ? [restarts === 1 ? l10n.t("1 restart") : l10n.t("{0} restarts", restarts)] : []),
  ];
  const size = process.kind === "actor" ? [byteSize(stateSize)] : [];
  const many = process.kind === "supervisor" ? [childCount(children, l10n)] : [];
  return {
    // Opened by itself and by a filter are two things.
    id: `${root}\n${runtime.name}\n${pid}${filtered ? "\nfiltered" : ""}`,
    label: name ?? pid,
    description: [`v${vsn}`, ...news, module, ...many, ...size].join(" · "),
    ...icon(process),
    contextValue: status === "suspended" ? `${process.kind}.suspended` : process.kind,
    spoken: [
      process.kind === "supervisor" ? l10n.t("supervisor {0}", name ?? pid) : (name ?? pid),
      module,
      l10n.t("version {0}", vsn),
      ...news,
      ...many,
      ...(size.length > 0 ? [l10n.t("state of {0}", ...size)] : []),
    ].join(", "),
    children: children === 0 ? "none" : filtered || children <= 100 ? "expanded" : "collapsed",
  };
}

export function moreRow(node: MoreNode, id: string, l10n: L10n): Row {
  const label = node.left === 1 ? l10n.t("1 more") : l10n.t("{0} more", node.left);
  return {
    id: `${id}\nmore`,
    label,
    description: l10n.t("Show more, or filter"),
    icon: "ellipsis",
    contextValue: "more",
    spoken: l10n.t("{0} processes are not shown. Show more of them.", node.left),
    children: "none",
    opens: { command: "instar.showMoreProcesses", title: l10n.t("Show More"), arguments: [node] },
  };
}

/** In Markdown, with everything that is known of it; its state is added once it is there. */
export function processDetails(process: ProcessInfo, l10n: L10n): string {
  const { pid, name, module, vsn, oldCode, status, mailbox, stateSize, restarts, since } = process;
  const title = process.kind === "supervisor" ? l10n.t("Supervisor") : l10n.t("Process");
  const registered = name === null ? "" : ` ${l10n.t("registered as {0}", `\`${name}\``)}`;
  const version = oldCode ? l10n.t("version {0} (old code)", vsn) : l10n.t("version {0}", vsn);
  const facts = [
    status,
    l10n.t("mailbox {0}", mailbox),
    l10n.t("state {0}", byteSize(stateSize)),
    l10n.t("restarts {0}", restarts),
    l10n.t("since {0}", new Date(since).toLocaleTimeString()),
  ];
  return `**${title}** \`${pid}\`${registered}\n\n\`${module}\` ${version}\n\n${facts.join(" · ")}\n`;
}

function childCount(count: number, l10n: L10n): string {
  return count === 1 ? l10n.t("1 child") : l10n.t("{0} children", count);
}

function icon(process: ProcessInfo): Pick<Row, "icon" | "color"> {
  if (process.oldCode) return { icon: "history", color: colors.warning };
  if (process.status === "suspended") return { icon: "debug-pause", color: colors.warning };
  if (process.kind === "supervisor") return { icon: "type-hierarchy" };
  return { icon: "pulse", color: colors.calm };
}
