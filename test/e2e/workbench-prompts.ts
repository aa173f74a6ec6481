/** Where VS Code asks and tells: the palette, quick picks, input boxes, dialogs and notifications. */
import type { Locator, Page } from "playwright-core";
import { appears, insist } from "./insist.ts";
import { until } from "./until.ts";

export interface PromptActions {
  /** Runs a command by its title, as in the palette. */
  command(title: string): Promise<void>;
  /** Opens the quick input with these keys and types into it: `"Control+P", "@"` for the symbols of the file. Rows are `quickRow`. */
  quickOpen(keys: string, typed: string): Promise<void>;
  /** A row of the quick input that is open. */
  quickRow(text: string | RegExp): Locator;
  /** Opens the quick input, types, and takes the row with `row` once it is the first. */
  choose(keys: string, typed: string, row: string): Promise<void>;
  /** Answers the quick pick that is open: takes the entry with this text. */
  pick(text: string | RegExp): Promise<void>;
  /** Answers a quick pick in which several entries can be taken: checks these, and accepts. */
  pickSeveral(...texts: readonly (string | RegExp)[]): Promise<void>;
  /** Answers the input box that is open, over what stands in it. */
  answer(text: string): Promise<void>;
  /** The quick pick or input box that is open, with its title, placeholder and message. */
  readonly prompt: Locator;
  /** The modal dialog. */
  dialog(text: string | RegExp): Locator;
  /** Answers the modal dialog with one of its buttons. */
  answerDialog(button: string): Promise<void>;
  toast(text: string | RegExp): Locator;
  /** Waits until a notification says so, also where VS Code has hidden it again. */
  told(text: string | RegExp): Promise<void>;
  /** Presses a button of the notification with this text. */
  pressInToast(text: string | RegExp, button: string): Promise<void>;
  clearToasts(): Promise<void>;
}

export function promptActions(page: Page): PromptActions {
  const prompt = page.locator(".quick-input-widget");
  const input = prompt.locator("input.input");
  const rows = prompt.locator(".quick-input-list .monaco-list-row");
  const quickRow = (text: string | RegExp): Locator => rows.filter({ hasText: text }).first();
  const toasts = page.locator(".notification-toast");
  const dialog = page.locator(".monaco-dialog-box");

  const quickOpen = async (keys: string, typed: string): Promise<void> => {
    await insist(`the quick input of ${keys}`, input, () => page.keyboard.press(keys));
    await input.fill(typed);
  };
  const choose = async (keys: string, typed: string, row: string): Promise<void> => {
    await insist(`the quick input of ${keys}`, input, () => page.keyboard.press(keys));
    // Typed anew where nothing is found: while VS Code lists the files, it answers from the list of the last time, and a new file is missing.
    await insist(`the entry "${row}"`, quickRow(row), async () => {
      await input.fill("");
      await input.fill(typed);
    });
    await until(`"${row}" to be the first entry`, async () => (await rows.first().innerText()).includes(row));
    await page.keyboard.press("Enter");
  };
  return {
    prompt,
    quickOpen,
    quickRow,
    choose,
    command: (title) => choose("F1", `>${title}`, title),
    async pick(text) {
      await quickRow(text).waitFor();
      // By keys, since a list that is just laid out may have another row under the mouse by the time of the click.
      const chosen = prompt.locator(".quick-input-list .monaco-list-row.focused", { hasText: text });
      await until(`"${String(text)}" to be the chosen entry`, async () => {
        if ((await chosen.count()) > 0) return true;
        await page.keyboard.press("ArrowDown");
        return false;
      });
      await page.keyboard.press("Enter");
    },
    async pickSeveral(...texts) {
      for (const text of texts) await quickRow(text).locator(".monaco-checkbox").setChecked(true);
      await page.keyboard.press("Enter");
    },
    async answer(text) {
      await input.waitFor();
      await input.fill(text);
      await page.keyboard.press("Enter");
    },
    dialog: (text) => dialog.filter({ hasText: text }),
    async answerDialog(button) {
      await dialog.locator(".dialog-buttons .monaco-button", { hasText: button }).click();
      await dialog.waitFor({ state: "detached" });
    },
    async told(text) {
      const notification = page.locator(".notification-list-item", { hasText: text }).first();
      if (!(await appears(notification, 15_000))) await choose("F1", ">Notifications: Show Notifications", "Show Notifications");
      await notification.waitFor();
    },
    toast: (text) => toasts.filter({ hasText: text }).first(),
    async pressInToast(text, button) {
      // Buttons of a notification are not in the page before it is hovered over or long enough.
      const toast = toasts.filter({ hasText: text }).first();
      await toast.hover();
      await toast.locator(".monaco-button", { hasText: button }).click();
    },
    async clearToasts() {
      if ((await toasts.count()) > 0) await choose("F1", ">Notifications: Clear All Notifications", "Clear All Notifications");
      await toasts.first().waitFor({ state: "detached" });
    },
  };
}
