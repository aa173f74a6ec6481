/**
 * Runs in VS Code's page. `watchSquiggles(lines, present)` gives, for each of the texts, the milliseconds from the next key to the moment when
 * the line with that text has a squiggle, or has none.
 */
globalThis.watchSquiggles = (lines, present) =>
  new Promise((resolve) => {
    const { document, performance } = globalThis;
    let start;
    const seen = lines.map(() => undefined);
    const has = (text) => {
      const line = [...document.querySelectorAll(".monaco-editor .view-line")].find((element) =>
        element.textContent.replaceAll("\u00a0", " ").includes(text),
      );
      const squiggles = document.querySelectorAll(".monaco-editor .view-overlays .squiggly-error");
      return [...squiggles].some((squiggle) => squiggle.parentElement.style.top === line?.style.top);
    };
    const observer = new MutationObserver(() => {
      if (start === undefined) return;
      for (const [index, text] of lines.entries()) if (has(text) === present) seen[index] ??= performance.now() - start;
      if (seen.includes(undefined)) return;
      observer.disconnect();
      resolve(seen);
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["class", "style"] });
    // `timeStamp` is when the key went down, which is before the page has done anything about it.
    document.addEventListener("keydown", (event) => (start = event.timeStamp), { capture: true, once: true });
  });
