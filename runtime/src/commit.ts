/**
 * The commit of an upgrade: swaps the code of its modules and the messages of its processes, in one go, and all of it back where the
 * caller's part fails. States are not touched: each process takes its prepared one once the preparation counts as committed.
 */
import type { ConvertedMessages } from "./convert.ts";
import { formatReason, InstarError, toReason } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import { disarmTimer } from "./process.ts";
import type { UpgradeError } from "./protocol.ts";
import type { LiveSystem } from "./system.ts";
import { upgradeError } from "./upgrade-error.ts";

export interface Commit {
  readonly system: LiveSystem;
  readonly changes: readonly { readonly module: LoadedModule; readonly to: ModuleVersion }[];
  readonly messages: readonly ConvertedMessages[];
  readonly onCommit: ((modules: readonly LoadedModule[]) => void) | null;
}

/** @returns why nothing was changed */
export function commit({ system, changes, messages, onCommit }: Commit): UpgradeError | null {
  const undo: (() => void)[] = [];
  try {
    for (const { module, to } of changes) {
      const { current, old } = module;
      undo.push(() => Object.assign(module, { current, old }));
      module.old = current;
      module.current = to;
    }
    for (const { process, queued: converted, mailbox, timers } of messages) {
      const queued = process.mailbox.messages();
      // A step may have sent it since; that it should not does not make it lost.
      const since = queued.length === converted.length ? [] : queued.filter((message) => !converted.includes(message));
      const infos = [...timers.keys()].map((timer) => [timer, timer.args] as const);
      undo.push(() => {
        process.mailbox.replace(queued);
        for (const [timer, args] of infos) timer.args = args;
      });
      process.mailbox.replace(since.length === 0 ? mailbox : [...mailbox, ...since]);
      for (const [timer, args] of timers) if (args !== null) timer.args = args;
    }
    onCommit?.(changes.map(({ module }) => module));
  } catch (thrown) {
    for (const step of undo.toReversed()) step();
    return upgradeError("INSTAR_COMMIT_FAILED", `the commit failed and was undone: ${formatReason(toReason(thrown))}`, { thrown });
  }
  // From here on there is no way back, so what cannot be undone comes last.
  for (const { process, dropped, timers, dropsTimeout } of messages) {
    if (dropsTimeout) process.forgetTimeout();
    for (const { message, why } of dropped) {
      const { vsn } = process.module.current;
      const text = `${message.kind} ${message.name} to ${process.describe()} was dropped by an upgrade to version ${vsn}: ${why}`;
      message.call?.reject(new InstarError("INSTAR_MESSAGE_DROPPED", text));
    }
    for (const [timer, args] of timers) {
      if (args !== null) continue;
      disarmTimer(system.clock, timer);
      process.timers?.delete(timer);
    }
  }
  return null;
}
