/** Every word of the dashboard's page, translated here, since the page has no `vscode` to ask. */

/** `vscode.l10n.t`; the page puts values in place of `{0}`. */
export function dashboardWords(t: (message: string) => string) {
  return {
    nothing: t("No dev runtime is running for this workspace, so there is nothing to draw."),
    start: t("Start Dev Runtime"),
    upgrade: t("Upgrade…"),
    rollback: t("Roll Back…"),
    ended: t("has ended"),
    statuses: { starting: t("starting"), running: t("running"), unresponsive: t("unresponsive"), exited: t("exited") },
    processes: t("Processes"),
    oldCode: t("On old code"),
    queued: t("Messages queued"),
    restarts: t("Restarts"),
    suspended: t("Suspended"),
    byVersion: t("Processes by version"),
    others: t("others"),
    mailboxes: t("Mailboxes"),
    allQueued: t("all"),
    longestMailbox: t("longest"),
    pauses: t("Pauses of upgrades, in ms"),
    longestPause: t("longest"),
    medianPause: t("median"),
    longestMailboxes: t("Longest mailboxes"),
    emptyMailboxes: t("No message waits."),
    upgrades: t("Upgrades"),
    noUpgrades: t("None since this window was opened."),
    operations: { upgrade: t("Upgrade"), downgrade: t("Downgrade"), rollback: t("Rollback") },
    outcomes: {
      committed: t("committed"),
      rehearsed: t("rehearsed"),
      unchanged: t("unchanged"),
      refused: t("refused, nothing was changed"),
      failed: t("failed, everything is as it was"),
      canceled: t("canceled, everything is as it was"),
    },
    happened: t("{0} at {1}: {2}"),
    converted: t("converted"),
    restarted: t("restarted, its state is lost"),
    counts: t("{0} processes, longest pause {1} ms, {2} messages queued, {3} translated, {4} dropped, {5} calls under way at the commit"),
    process: t("Process"),
    module: t("Module"),
    version: t("Version"),
    outcome: t("Outcome"),
    pause: t("Pause in ms"),
    mailbox: t("Mailbox"),
    more: t("and {0} more, which paused for less"),
  } as const;
}

export type DashboardWords = ReturnType<typeof dashboardWords>;
