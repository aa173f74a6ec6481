/** What still holds old code, as the text of a document, with the places in it that lead to processes and files. */
import type { CodeHolders, HeldVersion } from "../../../server/src/protocol.ts";
import type { L10n } from "./row.ts";

export interface HoldersText {
  readonly text: string;
  readonly links: readonly HoldersLink[];
}

/** A part of one line, counted from 0, and what it stands for. */
export interface HoldersLink {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly to: { readonly pid: string } | { readonly file: string };
}

/** @param module the one that was asked about; undefined for all */
export function holdersText({ versions, unknown }: CodeHolders, runtime: string, module: string | undefined, l10n: L10n): HoldersText {
  const lines: string[] = [];
  const links: HoldersLink[] = [];
  /** A line whose first occurrence of `part` leads somewhere. */
  const add = (text: string, part?: string, to?: HoldersLink["to"]): void => {
    const start = part === undefined ? -1 : text.indexOf(part);
    if (to !== undefined && start >= 0) links.push({ line: lines.length, start, end: start + (part as string).length, to });
    lines.push(text);
  };
  add(
    module === undefined
      ? l10n.t("What holds code that is no longer current in the runtime {0}", runtime)
      : l10n.t("What holds code of {0} that is no longer current in the runtime {1}", module, runtime),
  );
  if (versions.length === 0) lines.push("", l10n.t("Nothing does."));
  for (const version of versions) describe(version);
  if (unknown > 0) lines.push("", l10n.t("{0} functions in states were too many to find out where they are from.", unknown));
  return { text: `${lines.join("\n")}\n`, links };

  function describe(version: HeldVersion): void {
    const { counts } = version;
    add("");
    const status = version.status === "old" ? l10n.t("kept, since processes may still run it") : l10n.t("let go, but a part of it is held");
    add(l10n.t("{0} version {1} (load {2}): {3}", version.module, version.vsn, version.load, status));
    for (const { pid, name, handler, since } of version.processes) {
      const who = name === null ? pid : `${name} ${pid}`;
      const text =
        handler === null ? l10n.t("process {0} runs it", who) : l10n.t("process {0} is in {1} since {2}", who, handler, since ?? "?");
      add(`  ${text}`, who, { pid });
    }
    more(counts.processes - version.processes.length);
    for (const { kind, file, pid, after } of version.timers) {
      const text = after === null ? l10n.t("{0} set in {1}", kind, file) : l10n.t("{0} of {1} ms set in {2}", kind, after, file);
      add(`  ${pid === null ? text : l10n.t("{0}, by {1}", text, pid)}`, file, { file });
    }
    more(counts.timers - version.timers.length);
    for (const { pid, name, path, code, url } of [...version.functions, ...version.instances]) {
      const who = name === null ? pid : `${name} ${pid}`;
      add(`  ${l10n.t("process {0} has {1} in {2}", who, code, path)}`, who, { pid });
      const file = url.replace(/\?.*$/, "").replace(/^file:\/\//, "");
      add(`    ${l10n.t("from {0}", file)}`, file, { file });
    }
    more(counts.functions + counts.instances - version.functions.length - version.instances.length);
    if (Object.values(counts).every((number) => number === 0))
      add(`  ${l10n.t("something that cannot be seen: a closure, a private field, a package")}`);
  }

  function more(number: number): void {
    if (number > 0) add(`  ${l10n.t("and {0} more", number)}`);
  }
}
