/**
 * Whether a file's steps of `codeChange` may hold anything that a rule looks for. Steps as Instar writes them do not: they make a state of the
 * parts of another, by types that are frozen. Without the compiler; where the text is not sure, it may.
 */
export function mayHoldSteps(text: string): boolean {
  const start = /\bcodeChange\b/.exec(text)?.index;
  if (start === undefined) return false;
  const table = tableFrom(text, start);
  // What is called, or named, lies elsewhere in the file.
  if (table === null || elsewhere.test(table.replaceAll(calledInPlace, " "))) return reasons.test(text) || table === null || doubts(table);
  return reasons.test(table) || doubts(table) || speaksOfLiveTypes(table, text);
}

/** A file that says none of this, and imports nothing of the project that might, does nothing that a step must not. */
export function mayHoldEffects(text: string): boolean {
  return /\bexport\b/.test(text) && (reasons.test(text) || /\bfrom\s*["']\./.test(text) || /^(?:let|var)\b/m.test(text));
}

const reasons =
  /\b(?:async|await|Promise|throw|delete|console|process|performance|crypto|fetch|random\w*|uuid\w*|nanoid|now|require|import|argv|arguments|localStorage|sessionStorage|navigator|WebSocket|Worker|set(?:Timeout|Interval|Immediate)|queueMicrotask|decodeURI\w*|reduce\w*)\b|\bnew (?:Date\(\s*\)|Date\b(?!\()|URL\b)|\bDate\(|\bJSON\.parse\b|\+\+|--|[\])\w]!(?=[\s.,;)\]}[])|[\]\w]\s*(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^])?=(?![=>])|\.(?:add|assign|clear|copyWithin|defineProperty|defineProperties|fill|freeze|pop|push|reverse|seal|set\w*|shift|sort|splice|unshift)\(|\b(?:let|var)\b/;

/** Functions that are no helpers of the file: keywords, the runtime's own, methods, and what the platform has. */
const calledInPlace =
  /\b(?:irreversible|drop|up|down|if|for|while|switch|return|typeof|function|Number|String|Boolean|BigInt|structuredClone|parseInt|parseFloat|new (?:Map|Set|Date|Array))\s*(?=\()|\?*\.\w+/g;

const elsewhere =
  /\b[A-Za-z_$][\w$]*\s*(?:<[^<>()]*>)?\(|\b(?:up|down)\b\s*[,}]|\b(?:up|down)\s*:\s*[A-Za-z_$][\w$.]*\s*[,}]|\b\d+\s*:\s*[A-Za-z_$]/;

/** The object of `codeChange`, where it is written out there; brackets in texts are few, and only make it shorter or longer. */
function tableFrom(text: string, start: number): string | null {
  const open = /^codeChange["']?\s*:\s*\{/.exec(text.slice(start));
  if (open === null) return null;
  let depth = 0;
  for (let at = start + open[0].length - 1; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (text[at] === "}" && (depth -= 1) === 0) return text.slice(start + "codeChange".length, at + 1);
  }
  return null;
}

/** Whether a step does not speak of its parameter, by the look of it. */
function doubts(table: string): boolean {
  const heads = [...table.matchAll(/\b(?:up|down)\b\s*(?::\s*(?:function\s*\w*\s*)?)?\(?\s*(\w+)?/g)];
  return heads.some(({ 0: head, 1: name, index }, at) => {
    if (/\bdown\b\s*:\s*irreversible$/.test(head) || name === "irreversible" || name === "drop") return false;
    const body = table.slice(index + head.length, heads[at + 1]?.index);
    return name === undefined || !new RegExp(`\\b${name}\\b`).test(body);
  });
}

/** Whether steps, or the frozen types that they take, use a type that is not frozen. */
function speaksOfLiveTypes(table: string, text: string): boolean {
  const ups = table.match(/\bup\b/g)?.length ?? 0;
  if (ups > 1) {
    const live = [...table.matchAll(/:\s*([A-Z]\w*)/g)].filter(([, name = ""]) => !isFrozen(name));
    // The newest step takes and gives the current state.
    if (live.length > 2) return true;
  }
  const taken = [...table.matchAll(/\bup\b\s*(?::\s*)?\(\s*\w+\s*:\s*([\w.]+)/g)];
  if (taken.some(([, name = ""]) => /^[A-Z]/.test(name) && !isFrozen(name))) return true;
  return [...text.matchAll(/\b(?:interface|type)\s+(\w*V\d+)\b([^]*?)(?:\n\}|;\n(?!\s))/g)].some(([, , body = ""]) =>
    [...body.matchAll(/(?<![."'\w])([A-Z]\w*)/g)].some(([, name = ""]) => !isFrozen(name) && !platform.has(name)),
  );
}

function isFrozen(name: string): boolean {
  return /V\d+$/.test(name);
}

const platform: ReadonlySet<string> = new Set("Array Date Map Pid ReadonlyArray ReadonlyMap ReadonlySet Record RegExp Set URL".split(" "));
