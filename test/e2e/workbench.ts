/**
 * What a person does in VS Code, as functions over Playwright. All knowledge of the workbench's markup is in this file and the three
 * whose functions it gathers; the selectors are those of VS Code 1.139.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { patience } from "./until.ts";
import { editorActions, type EditorActions } from "./workbench-editor.ts";
import { promptActions, type PromptActions } from "./workbench-prompts.ts";
import { viewActions, type ViewActions } from "./workbench-views.ts";

export interface Workbench extends EditorActions, PromptActions, ViewActions {
  readonly page: Page;
  /** Waits until the explorer shows `file`. */
  ready(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a folder or a workspace file in a window without a history. */
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
  // No host but this machine is known. Requests that Playwright looked at itself would not be kept in the cache.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function workbench(context: BrowserContext, page: Page): Workbench {
  const prompts = promptActions(page);
  return {
    page,
    ...prompts,
    ...editorActions(page, prompts),
    ...viewActions(page),
    async ready(file) {
      await page.locator(".monaco-workbench").waitFor();
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).first().waitFor();
      // What extensions contribute comes later than the files, and the palette does not look again.
      await page.locator('.activitybar a.action-label[aria-label^="Instar"]').waitFor();
    },
    async close() {
      // Leaving the page tells the server that the window is gone, so that it ends the extension host.
      await page.goto("about:blank").catch(() => undefined);
      await context.close();
    },
  };
}
