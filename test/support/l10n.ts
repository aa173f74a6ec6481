/** Stands in for `vscode.l10n` where code is tested without VS Code: English, with the values in their places. */
import type { L10n } from "../../client/src/views/row.ts";

export const l10n: L10n = {
  t: (message: unknown, ...values: unknown[]) =>
    String(message).replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};
