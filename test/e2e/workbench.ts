/**
 * What a person does in VS Code, as functions over Playwright. All knowledge of the workbench's markup is in this file; the selectors
 * are those of VS Code 1.139.
 */
import { type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";
import { patience, until } from "./until.ts";

export interface Workbench {
  readonly page: Page;
  /** Waits until the explorer shows `file`. */
  ready(file: string): Promise<void>;
  openFile(name: string): Promise<void>;
  /** Runs a command by its title, as in the palette. */
  command(title: string): Promise<void>;
  /** Answers the quick pick that is open: takes the entry with this text. */
  pick(text: string | RegExp): Promise<void>;
  /** Puts the cursor at the end of the first line that has this text. */
  cursorTo(text: string): Promise<void>;
  /** Puts the cursor behind `text` and types. */
  typeAfter(text: string, typed: string): Promise<void>;
  /** Turns the mouse wheel over the editor; a notch is between two and three lines. */
  scrollDown(notches: number): Promise<void>;
  /** Types over the first occurrence of `text`. */
  replace(text: string, typed: string): Promise<void>;
  /** Opens the menu of quick fixes at the cursor and gives the entry that has `title`. */
  openQuickFixes(title: string): Promise<Locator>;
  save(): Promise<void>;
  /** Colour and weight in which the first `text` of the last line on the screen that has `line` is shown. */
  styleOf(text: string, line: string): Promise<string>;
  lens(text: string | RegExp): Locator;
  squiggle(severity: "error" | "warning" | "info"): Locator;
  problem(text: string | RegExp): Locator;
  toast(text: string | RegExp): Locator;
  /** The row of the tree in Instar's side bar. */
  treeRow(text: string | RegExp): Locator;
  /** The hover that is open. */
  hover(text: string | RegExp): Locator;
  showInstar(): Promise<void>;
  showProblems(): Promise<void>;
  /** Waits until the open Problems view is empty. */
  noProblems(): Promise<void>;
  hidePanel(): Promise<void>;
  clearToasts(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a folder or a workspace file in a window without a history. Requests to any host but the server are refused. */
export async function openWorkbench(options: {
  browser: Browser;
  url: string;
  target: string;
  onConsole: (line: string) => void;
}): Promise<Workbench> {
  const context = await options.browser.newContext({ viewport: { width: 1280, height: 960 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on("console", (message) => options.onConsole(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => options.onConsole(`page error: ${error.stack ?? error.message}`));
    await page.route(
      (url) => url.hostname !== "127.0.0.1",
      (route) => route.abort(),
    );
    const kind = options.target.endsWith(".code-workspace") ? "workspace" : "folder";
    await page.goto(`${options.url}/?${kind}=${encodeURIComponent(options.target)}`);
    return workbench(context, page);
  } catch (error) {
    await context.close();
    throw error;
  }
}

export const chromiumArguments = [
  "--headless",
  // Chromium refuses its sandbox to root, which is who runs tests in a container.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function workbench(context: BrowserContext, page: Page): Workbench {
  const editor = page.locator(".editor-group-container.active .monaco-editor").first();
  const quickInput = page.locator(".quick-input-widget");
  const quickRow = (text: string | RegExp): Locator => quickInput.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  const toasts = page.locator(".notification-toast");

  /**
   * Does `act` until `seen` is there. A view or a dialog that opens takes the focus when it is ready, which may be after the next key is
   * pressed; that key then goes to the view, and nothing comes of it.
   */
  const insist = (what: string, seen: Locator, act: () => Promise<void>): Promise<void> =>
    until(what, async () => {
      await act();
      return seen.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });

  const focusEditor = (): Promise<void> =>
    insist("the editor to have the focus", page.locator(".monaco-editor.focused"), () => page.keyboard.press("Control+1"));

  /** Types into a quick input that `open` opens, and takes the row that has `row`. */
  const choose = async (open: string, typed: string, row: string): Promise<void> => {
    const input = quickInput.locator("input.input");
    await insist(`the quick input of ${open}`, input, () => page.keyboard.press(open));
    await input.fill(typed);
    await quickRow(row).waitFor();
    await until(`"${row}" to be the first entry`, async () =>
      ((await quickInput.locator(".quick-input-list .monaco-list-row").first().innerText()) ?? "").includes(row),
    );
    await page.keyboard.press("Enter");
  };

  /** Selects the first occurrence of `text` with the find widget, as a person would. */
  const find = async (text: string): Promise<void> => {
    const input = page.locator(".find-widget.visible .find-part textarea");
    await insist("the find widget", input, async () => {
      await focusEditor();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Control+F");
    });
    // The last text is still there, and the same text again would not be a new search.
    await input.fill("");
    await input.fill(text);
    await page.locator(".find-widget.visible .matchesCount", { hasText: /^1 of / }).waitFor();
    // Not with Escape: where a notification is shown, that closes the notification.
    await page.locator(".find-widget.visible .codicon-widget-close").click();
    await page.locator(".find-widget.visible").waitFor({ state: "detached" });
    await page.locator(".monaco-editor.focused").waitFor();
  };

  return {
    page,
    async ready(file) {
      await page.locator(".monaco-workbench").waitFor();
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).first().waitFor();
    },
    async openFile(name) {
      await choose("Control+P", name, name);
      await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
      await editor.locator(".view-line").first().waitFor();
    },
    async command(title) {
      await choose("F1", `>${title}`, title);
    },
    async pick(text) {
      await quickRow(text).click();
    },
    async cursorTo(text) {
      await find(text);
      await page.keyboard.press("End");
    },
    async typeAfter(text, typed) {
      await find(text);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.insertText(typed);
    },
    async scrollDown(notches) {
      await editor.hover();
      for (let notch = 0; notch < notches; notch += 1) await page.mouse.wheel(0, 100);
    },
    async replace(text, typed) {
      await find(text);
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(typed);
    },
    async openQuickFixes(title) {
      await focusEditor();
      const row = page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
      await until(`the quick fix "${title}"`, async () => {
        await page.keyboard.press("Control+.");
        const offered = await row.waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        );
        // The menu was opened before the finding reached the editor.
        if (!offered) await page.keyboard.press("Escape");
        return offered;
      });
      return row;
    },
    async save() {
      await page.keyboard.press("Control+S");
      await page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    },
    async styleOf(text, line) {
      const span = editor.locator(".view-line", { hasText: line }).last().locator("span > span", { hasText: text }).first();
      return span.evaluate((element) => {
        const { color, fontWeight } = element.ownerDocument.defaultView!.getComputedStyle(element);
        return `${color} ${fontWeight}`;
      });
    },
    lens: (text) => editor.locator(".codelens-decoration", { hasText: text }).first(),
    squiggle: (severity) => editor.locator(`.squiggly-${severity}`).first(),
    problem: (text) => page.locator(".markers-panel .monaco-list-row", { hasText: text }).first(),
    toast: (text) => toasts.filter({ hasText: text }).first(),
    treeRow: (text) => page.locator('[id="workbench.view.extension.instar"] .monaco-list-row', { hasText: text }).first(),
    hover: (text) => page.locator(".workbench-hover", { hasText: text }).first(),
    async showInstar() {
      const icon = page.locator('.activitybar a.action-label[aria-label^="Instar"]');
      if ((await page.locator('[id="workbench.view.extension.instar"]').count()) === 0) await icon.click();
      await page.locator('[id="workbench.view.extension.instar"]').waitFor();
    },
    async showProblems() {
      const panel = page.locator(".markers-panel");
      if (!(await panel.isVisible())) await insist("the Problems view", panel, () => page.keyboard.press("Control+Shift+M"));
    },
    async noProblems() {
      await page.locator(".markers-panel .monaco-list-row").first().waitFor({ state: "detached" });
    },
    async hidePanel() {
      if (await page.locator(".part.panel").isVisible()) await page.keyboard.press("Control+J");
      await page.locator(".part.panel").waitFor({ state: "hidden" });
    },
    async clearToasts() {
      if ((await toasts.count()) > 0) await choose("F1", ">Notifications: Clear All Notifications", "Clear All Notifications");
      await toasts.first().waitFor({ state: "detached" });
    },
    async close() {
      // Leaving the page tells the server that the window is gone, so that it ends the extension host.
      await page.goto("about:blank").catch(() => undefined);
      await context.close();
    },
  };
}
