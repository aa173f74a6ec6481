/** The text editor: what is typed and read there, and what a language server puts into it. */
import type { Locator, Page } from "playwright-core";
import { appears, insist } from "./insist.ts";
import { until } from "./until.ts";
import type { PromptActions } from "./workbench-prompts.ts";

export interface EditorActions {
  openFile(name: string): Promise<void>;
  focusEditor(): Promise<void>;
  /** Selects the first occurrence of `text`. */
  select(text: string): Promise<void>;
  /** Puts the cursor at the end of the first line that has this text. */
  cursorTo(text: string): Promise<void>;
  /** Puts the cursor behind `text` and types. */
  typeAfter(text: string, typed: string): Promise<void>;
  /** Types over the first occurrence of `text`. */
  replace(text: string, typed: string): Promise<void>;
  save(): Promise<void>;
  /** Turns the mouse wheel over the editor; a notch is between two and three lines. */
  scrollDown(notches: number): Promise<void>;
  /** A line of the active editor that is on the screen. */
  line(text: string | RegExp): Locator;
  /** Waits until the cursor is in the line that has `text`, of the file in the tab `name` where that is given. */
  cursorIsAt(text: string | RegExp, name?: string): Promise<void>;
  /** Colour and weight in which the first `text` of the last line on the screen that has `line` is shown. */
  styleOf(text: string, line: string): Promise<string>;
  lens(text: string | RegExp): Locator;
  squiggle(severity: "error" | "warning" | "info" | "hint"): Locator;
  /** Opens the menu of quick fixes at the cursor and gives the entry that has `title`. */
  openQuickFixes(title: string): Promise<Locator>;
  /** Opens the hover over the beginning of the first occurrence of `text`, and waits until it has `seen`. */
  hoverAt(text: string, seen: string | RegExp): Promise<Locator>;
  /** Opens the list of completions at the cursor, and waits until it has `seen`. `typed` narrows it. */
  completions(seen: string | RegExp, typed?: string): Promise<Locator>;
  /** Where the word at the beginning of the first `text` comes from: F12. */
  goToDefinition(text: string): Promise<void>;
  /** Opens the references of the first occurrence of `text` in place: Shift+F12. Gives the rows of its tree. */
  peekReferences(text: string): Promise<Locator>;
  /** F2 on the first occurrence of `text`. */
  rename(text: string, name: string): Promise<void>;
  /** One side of the diff editor that is open. */
  diff(side: "original" | "modified"): Locator;
}

export function editorActions(page: Page, prompts: PromptActions): EditorActions {
  const editor = page.locator(".editor-group-container.active .monaco-editor").first();
  const focused = page.locator(".monaco-editor.focused");
  const line = (text: string | RegExp): Locator => editor.locator(".view-line", { hasText: text }).first();
  const focusEditor = (): Promise<void> => insist("the editor to have the focus", focused, () => page.keyboard.press("Control+1"));

  /** With the find widget, as a person would. */
  const select = async (text: string): Promise<void> => {
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
    await focused.waitFor();
  };

  /** In front of it, so that the cursor touches the word that it begins with. */
  const cursorBefore = async (text: string): Promise<void> => {
    await select(text);
    await page.keyboard.press("ArrowLeft");
  };

  return {
    focusEditor,
    select,
    line,
    async openFile(name) {
      await prompts.choose("Control+P", name, name);
      await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
      await editor.locator(".view-line").first().waitFor();
    },
    async cursorTo(text) {
      await select(text);
      await page.keyboard.press("End");
    },
    async typeAfter(text, typed) {
      await select(text);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.insertText(typed);
    },
    async replace(text, typed) {
      await select(text);
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(typed);
    },
    async save() {
      await page.keyboard.press("Control+S");
      await page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    },
    async scrollDown(notches) {
      await editor.hover();
      for (let notch = 0; notch < notches; notch += 1) await page.mouse.wheel(0, 100);
    },
    async cursorIsAt(text, name) {
      if (name !== undefined) await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
      await until(`the cursor to be at ${String(text)}`, async () => {
        const [cursor, box] = await Promise.all([editor.locator(".cursor").first().boundingBox(), boxOf(line(text))]);
        return cursor !== null && box !== null && Math.abs(cursor.y - box.y) < box.height / 2;
      });
    },
    async styleOf(text, line) {
      const span = editor.locator(".view-line", { hasText: line }).last().locator("span > span", { hasText: text }).first();
      return span.evaluate((element) => {
        const { color, fontWeight } = element.ownerDocument.defaultView!.getComputedStyle(element);
        return `${color} ${fontWeight}`;
      });
    },
    lens: (text) => editor.locator(".codelens-decoration", { hasText: text }).first(),
    squiggle: (severity) => editor.locator(severity === "hint" ? ".squiggly-hint" : `.squiggly-${severity}`).first(),
    async openQuickFixes(title) {
      await focusEditor();
      const row = page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
      await until(`the quick fix "${title}"`, async () => {
        await page.keyboard.press("Control+.");
        const offered = await appears(row, 10_000);
        // The menu was opened before the finding reached the editor.
        if (!offered) await page.keyboard.press("Escape");
        return offered;
      });
      return row;
    },
    async hoverAt(text, seen) {
      await cursorBefore(text);
      const hover = page.locator(".monaco-resizable-hover .monaco-hover:not(.hidden)", { hasText: seen }).first();
      await insist(`the hover at "${text}"`, hover, async () => {
        // One that is open already says no more than before.
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+K");
        await page.keyboard.press("Control+I");
      });
      return hover;
    },
    async completions(seen, typed = "") {
      const row = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: seen }).first();
      await page.keyboard.type(typed);
      await insist(`the completion ${String(seen)}`, row, async () => {
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+Space");
      });
      return row;
    },
    async goToDefinition(text) {
      await cursorBefore(text);
      await page.keyboard.press("F12");
    },
    async peekReferences(text) {
      await cursorBefore(text);
      const rows = page.locator(".reference-zone-widget .ref-tree .monaco-list-row");
      await insist(`the references of "${text}"`, rows.first(), () => page.keyboard.press("Shift+F12"), 10_000);
      return rows;
    },
    async rename(text, name) {
      await cursorBefore(text);
      const input = page.locator(".rename-box input.rename-input");
      await insist("the box for the new name", input, () => page.keyboard.press("F2"), 10_000);
      await input.fill(name);
      await page.keyboard.press("Enter");
      await input.waitFor({ state: "hidden" });
    },
    diff: (side) => page.locator(`.monaco-diff-editor .editor.${side}`).first(),
  };
}

/** Where it is, or `null` where it is not on the screen now. */
function boxOf(locator: Locator): ReturnType<Locator["boundingBox"]> {
  return locator.boundingBox({ timeout: 1000 }).catch(() => null);
}
