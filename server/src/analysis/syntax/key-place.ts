/**
 * Where in the object literals of a call a place in a text is: by which keys it is reached, and what is written beside it. Of the text before
 * the place, and tolerant of whatever is wrong there or behind, since that is how a text is while somebody writes.
 */

export interface KeyPlace {
  /** What is called: `actor`. */
  readonly call: string;
  /** The keys of the object literals around the place, from the call's argument on. */
  readonly path: readonly string[];
  /** Of what has been typed of a key. */
  readonly start: number;
  readonly typed: string;
  /** The other keys of the innermost object literal. */
  readonly keys: readonly string[];
  /** Whether the innermost thing is that object literal, and a key is what may come next. */
  readonly isKey: boolean;
  /** For each key, where what stands behind its colon begins. */
  readonly values: readonly number[];
  /** The brackets within the innermost value, from outside to inside. */
  readonly inner: readonly InnerPlace[];
}

export interface InnerPlace {
  readonly open: string;
  readonly at: number;
  /** Whether a key of an object literal may come next, and those that it has before. */
  readonly isKey: boolean;
  readonly keys: readonly string[];
}

export function keyPlace(text: string, offset: number): KeyPlace | undefined {
  const frames = framesBefore(text, offset);
  if (frames === undefined) return undefined;
  const first = frames.findLastIndex(({ open, call }) => open === "(" && call !== "");
  for (let at = first; at >= 0; at -= 1) {
    const call = frames[at]?.call ?? "";
    if (!/^(?:actor|stateMachine)$/.test(call) || frames[at + 1]?.object !== true) continue;
    const objects: Frame[] = [];
    let next = at + 1;
    for (; frames[next]?.object === true; next += 1) {
      const frame = frames[next];
      const before = objects.at(-1);
      // An object that is a part of a value is none that its key leads to at once.
      if (frame === undefined || (before !== undefined && text.slice(before.value, frame.at).trim() !== "")) break;
      objects.push(frame);
    }
    const innermost = objects.at(-1);
    if (innermost === undefined) return undefined;
    const inner = frames
      .slice(next)
      .map((frame) => ({ open: frame.open, at: frame.at, isKey: frame.object && frame.expects, keys: frame.keys.map(({ name }) => name) }));
    const isKey = inner.length === 0 && innermost.expects;
    const [typed = ""] = isKey || inner.at(-1)?.isKey === true ? (/[\p{ID_Continue}$]*$/u.exec(text.slice(0, offset)) ?? []) : [];
    const around = isKey ? objects.slice(0, -1) : objects;
    const keys = innermost.keys.filter(({ at: place }) => place < offset - typed.length).map(({ name }) => name);
    return {
      call,
      path: around.map(({ key }) => key),
      start: offset - typed.length,
      typed,
      keys: [...keys, ...keysBehind(text, offset)],
      isKey,
      values: around.map(({ value }) => value),
      inner,
    };
  }
  return undefined;
}

interface Frame {
  readonly open: string;
  readonly at: number;
  /** What stands before a `(`. */
  readonly call: string;
  readonly object: boolean;
  /** Of an object literal: whether a key comes next. */
  expects: boolean;
  key: string;
  /** Behind its colon. */
  value: number;
  readonly keys: { readonly name: string; readonly at: number }[];
}

const token =
  /\s+|\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"\\\n\r]|\\.)*(?:"|(?=[\n\r]|$))|'(?:[^'\\\n\r]|\\.)*(?:'|(?=[\n\r]|$))|[\p{ID_Continue}$#]+|=>|\.\.\.|\?\.|[^]/uy;

/** What is open at an offset; undefined within a comment, a string or a regular expression. */
function framesBefore(text: string, offset: number): readonly Frame[] | undefined {
  const frames: Frame[] = [];
  return walk(text, 0, offset, frames) ? undefined : frames;
}

/** The keys between an offset and the end of the object literal that it is in. */
function keysBehind(text: string, offset: number): readonly string[] {
  const outer: Frame = { open: "{", at: offset, call: "", object: true, expects: true, key: "", value: offset, keys: [] };
  // What follows at once is the rest of what is being typed.
  const rest = /^[\p{ID_Continue}$]*/u.exec(text.slice(offset))?.[0].length ?? 0;
  const frames = [outer];
  walk(text, offset + rest, text.length, frames, outer);
  return outer.keys.map(({ name }) => name);
}

/**
 * @param until ends when this one is closed.
 * @returns whether the end lies within something that is no code.
 */
function walk(text: string, from: number, to: number, frames: Frame[], until?: Frame): boolean {
  let before = "";
  let word = { text: "", at: -1 };
  token.lastIndex = from;
  while (token.lastIndex < to) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) return false;
    if (found === "/" && /^(?:[=(,:[!&|?{};+\-*%<>~^]|=>|return|)$/.test(before)) token.lastIndex = patternEnd(text, at);
    if (/^["'/]/.test(found) && goesOn(text.slice(at, token.lastIndex), to - at)) return true;
    if (/^(?:\s|\/\/|\/\*)/.test(found)) continue;
    if (found === "`") token.lastIndex = templateEnd(text, at);
    const frame = frames.at(-1);
    if (/^[([{]$/.test(found)) {
      const call = found === "(" ? calledBefore(text, at) : "";
      const object =
        found === "{" && /^(?:[(,:=[?]|\|\||&&|\?\?|[|&?]|return|satisfies|)$/.test(before) && !(before === "" && until === undefined);
      if (frame?.object === true && frame.expects && found === "(" && word.text !== "") setKey(frame, word, at);
      frames.push({ open: found, at, call, object, expects: object, key: "", value: at + 1, keys: [] });
    } else if (/^[)\]}]$/.test(found)) {
      const partner = { ")": "(", "]": "[", "}": "{" }[found];
      const closes = frames.findLastIndex(({ open }) => open === partner);
      if (closes >= 0) {
        const gone = frames.splice(closes);
        if (until !== undefined && gone.includes(until)) return false;
      }
    } else if (frame?.object === true) {
      if (found === ",") frame.expects = true;
      // What begins a line with a colon behind it is a key, though the value before it was never ended.
      else if (found === ":" && word.text !== "" && (frame.expects || isFirst(text, word.at))) setKey(frame, word, at);
      else if (/^["'\p{ID_Continue}$]/u.test(found)) {
        word = { text: found.replaceAll(/^["']|["']$/g, ""), at };
        const shorthand = frame.expects && /^\s*[,}]/.test(text.slice(token.lastIndex, token.lastIndex + 50));
        if (shorthand) frame.keys.push({ name: word.text, at });
      }
    }
    before = found;
  }
  return false;
}

/** Whether a comment, a string or a regular expression is not over yet after so many characters. */
function goesOn(token: string, length: number): boolean {
  if (token.length !== length) return token.length > length;
  return token.startsWith("//") || !/^(?:\/\*[^]*\*\/|(["'])[^]*\1|\/[^]*)$/.test(token);
}

/** Whether nothing stands before it on its line. */
function isFirst(text: string, at: number): boolean {
  return /(?:^|[\n\r])[ \t]*$/.test(text.slice(Math.max(0, at - 100), at));
}

function setKey(frame: Frame, word: { readonly text: string; readonly at: number }, at: number): void {
  frame.expects = false;
  frame.key = word.text;
  frame.value = at + 1;
  frame.keys.push({ name: word.text, at: word.at });
}

/** `actor` of `actor<Room>(`. */
function calledBefore(text: string, at: number): string {
  let end = text.slice(0, at).trimEnd().length;
  if (text[end - 1] === ">") {
    let depth = 0;
    const limit = Math.max(0, end - 300);
    do {
      end -= 1;
      if (text[end] === ">") depth += 1;
      else if (text[end] === "<") depth -= 1;
    } while (depth > 0 && end > limit);
  }
  return /[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(text.slice(Math.max(0, end - 100), end))?.[0] ?? "";
}

function templateEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (depth === 0 && character === "`") return at + 1;
    else if (text.startsWith("${", at)) {
      depth += 1;
      at += 1;
    } else if (depth > 0 && character === "{") depth += 1;
    else if (depth > 0 && character === "}") depth -= 1;
    else if (depth > 0 && character === "`") at = templateEnd(text, at) - 1;
  }
  return text.length;
}

/** A regular expression's; where it is none after all, what follows the slash. */
function patternEnd(text: string, start: number): number {
  const [found = "/"] = /^\/(?:[^/\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/\w*/.exec(text.slice(start)) ?? [];
  return start + found.length;
}
