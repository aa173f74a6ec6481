/** Whether a text may hold something that never ends, or waits without end; for `words.ts`. */

/** A `for` without a condition, or without a step; other ones are not looked at. */
const openFor = /\bfor\s*\([^;{}]*;(?:\s*;|[^;{}]*;\s*\))/;

export function mayRunForEver(text: string): boolean {
  if (!/\bdefault\b/.test(text)) return false;
  return /\bwhile\s*\(|\bfor\s+await\b|\bnew\s+Promise\b/.test(text) || openFor.test(text) || mayAwaitItself(text);
}

function mayAwaitItself(text: string): boolean {
  if (!/\basync\b/.test(text)) return false;
  for (const { 1: declared, 2: held, index } of text.matchAll(/\basync\s+function\s+(\w+)|\b(\w+)\s*=\s*async\b/g))
    if (new RegExp(`\\b(?:await|return)\\s+${declared ?? held}\\s*\\(`).test(text.slice(index))) return true;
  return false;
}

/** What waits is awaited, or given back to who awaits it. */
export function mayWait(text: string): boolean {
  if (!/\bdefault\b/.test(text) || !/\bawait\b/.test(text)) return false;
  if (/\bfetch\s*\(|\bwithTimeout\s*\(\s*(?:Infinity|Number)|["'](?:node:)?events["']/.test(text)) return true;
  return /\bnew\s+Promise\b/.test(text) && /\b(?:on|once)\s*\(|\b(?:add|prepend)(?:Event|Once)?Listener\b/.test(text);
}
