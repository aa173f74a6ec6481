/** What lies around the editor: trees, the Problems view, the terminal, the debugger, the status bar. */
import type { Locator, Page } from "playwright-core";
import { appears, insist } from "./insist.ts";
import { until } from "./until.ts";

export interface ViewActions {
  showInstar(): Promise<void>;
  /** One of the views in Instar's side bar, by its title. */
  view(title: string): Locator;
  /** The row of a tree in Instar's side bar. */
  treeRow(text: string | RegExp): Locator;
  /** Opens or closes a row of a tree. */
  toggleRow(row: Locator): Promise<void>;
  /** Takes an entry of the context menu of a row, or of anything that has one. */
  chooseInMenu(of: Locator, entry: string): Promise<void>;
  /** Opens a context menu, and gives its entries. */
  openMenu(of: Locator): Promise<Locator>;
  /** Presses a button that shows itself when the mouse is over the row or over the title of a view, by its tooltip. */
  pressIn(row: Locator, title: string): Promise<void>;
  /** The hover over something outside of the editor's text that has this text. */
  hover(text: string | RegExp): Locator;
  /** Moves the mouse over something until its hover, which has `text`, is there. */
  hoverOver(over: Locator, text: string | RegExp): Promise<Locator>;
  /** Roles and names as assistive technology gets them, as YAML: `- treeitem "lobby, version 1"`. */
  accessibility(of: Locator): Promise<string>;
  showProblems(): Promise<void>;
  problem(text: string | RegExp): Locator;
  /** Goes to where a row of the Problems view leads. */
  openProblem(row: Locator): Promise<void>;
  /** Waits until the open Problems view is empty. */
  noProblems(): Promise<void>;
  hidePanel(): Promise<void>;
  /** A line of the terminal that is shown. */
  terminalLine(text: string | RegExp): Locator;
  statusItem(text: string | RegExp): Locator;
  /** The debugger's buttons; there while something is debugged. */
  readonly debugToolbar: Locator;
  /** Presses one of them: "Continue", "Stop", … */
  pressInDebugToolbar(title: string): Promise<void>;
  /** The tab of an editor, by its title. */
  tab(title: string | RegExp): Locator;
}

export function viewActions(page: Page): ViewActions {
  const instar = page.locator('[id="workbench.view.extension.instar"]');
  const problems = page.locator(".markers-panel");
  const problemRow = (text?: string | RegExp): Locator =>
    problems.locator(".monaco-list-row", text === undefined ? {} : { hasText: text }).first();
  const hover = (text: string | RegExp): Locator => page.locator(".workbench-hover", { hasText: text }).first();
  const debugToolbar = page.locator(".debug-toolbar");

  // Menus live in a shadow root, which Playwright's selectors look into.
  const openMenu = async (of: Locator): Promise<Locator> => {
    const entries = page.locator(".monaco-menu .action-item:not(.disabled) .action-label");
    await insist("the context menu", entries.first(), () => of.click({ button: "right" }));
    return entries;
  };
  return {
    async showInstar() {
      // A badge lies over the icon, and passes the click on.
      if ((await instar.count()) === 0) await page.locator('.activitybar a.action-label[aria-label^="Instar"]').click({ force: true });
      await instar.waitFor();
    },
    view: (title) => instar.locator(".pane", { has: page.locator(".pane-header", { hasText: title }) }).first(),
    treeRow: (text) => instar.locator(".monaco-list-row", { hasText: text }).first(),
    toggleRow: (row) => row.locator(".monaco-tl-twistie").click(),
    openMenu,
    async chooseInMenu(of, entry) {
      const item = (await openMenu(of)).getByText(entry, { exact: true }).first();
      // In the first moments a menu takes no click, so that the one that opened it is not taken for a second one.
      await until(`the menu to take "${entry}"`, async () => {
        await item.click({ timeout: 5000 }).catch(() => undefined);
        return page
          .locator(".monaco-menu")
          .first()
          .waitFor({ state: "hidden", timeout: 1000 })
          .then(
            () => true,
            () => false,
          );
      });
    },
    async pressIn(row, title) {
      await row.hover();
      await row.locator(`.action-label[aria-label^="${title}"]`).first().click();
    },
    hover,
    async hoverOver(over, text) {
      await insist("the hover", hover(text), () => over.hover(), 10_000);
      return hover(text);
    },
    accessibility: (of) => of.ariaSnapshot(),
    async showProblems() {
      if (!(await problems.isVisible())) await insist("the Problems view", problems, () => page.keyboard.press("Control+Shift+M"));
    },
    problem: problemRow,
    async openProblem(row) {
      // The rows are made anew when the findings are, and then a click on one that was there goes nowhere.
      await until("the place of the finding", async () => {
        await row.dblclick();
        const [, line] = /\[Ln (\d+), Col \d+\]/.exec(await row.innerText()) ?? [];
        return appears(page.locator(".statusbar-item", { hasText: new RegExp(`^Ln ${line},`) }).first(), 3000);
      });
    },
    async noProblems() {
      await problemRow().waitFor({ state: "detached" });
    },
    async hidePanel() {
      if (await page.locator(".part.panel").isVisible()) await page.keyboard.press("Control+J");
      await page.locator(".part.panel").waitFor({ state: "hidden" });
    },
    terminalLine: (text) => page.locator(".terminal .xterm-rows > div", { hasText: text }).first(),
    statusItem: (text) => page.locator(".statusbar-item", { hasText: text }).first(),
    debugToolbar,
    pressInDebugToolbar: (title) => debugToolbar.locator(`.action-label[aria-label^="${title}"]`).click(),
    tab: (title) => page.locator(".tabs-container .tab", { hasText: title }).first(),
  };
}
