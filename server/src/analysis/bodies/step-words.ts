/**
 * Whether a file's steps of `codeChange` may hold anything that a rule looks for. Steps as Instar writes them do not: they make a state of the
 * parts of another. Without the compiler; where the text is not sure, it may.
 */
export function mayHoldSteps(text: string): boolean {
  const start = /\bcodeChange\b/.exec(text)?.index;
  if (start === undefined) return false;
  const table = tableFrom(text, start);
  // What is called, or named, lies elsewhere.
  return (
    table === null ||
    elsewhere.test(table.replaceAll(calledInPlace, ";")) ||
    reasons.test(table) ||
    doubts(table) ||
    usesVariables(table, text)
  );
}

const reasons =
  /\b(?:async|await|Promise|throw|delete|console|process|performance|crypto|fetch|random\w*|uuid\w*|nanoid|now|require|import|argv|arguments|localStorage|sessionStorage|navigator|WebSocket|Worker|set(?:Timeout|Interval|Immediate)|queueMicrotask|decodeURI\w*|reduce\w*)\b|\bnew (?:Date\(\s*\)|Date\b(?!\()|URL\b)|\bDate\(|\bJSON\.parse\b|\+\+|--|[\])\w]!(?=[\s.,;)\]}[])|[\]\w]\s*(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^])?=(?![=>])|\.(?:add|assign|clear|copyWithin|defineProperty|defineProperties|fill|freeze|pop|push|reverse|seal|set\w*|shift|sort|splice|unshift)\(|\b(?:let|var)\b/;

/** Functions that are no helpers of the file: keywords, the runtime's own, methods, and what the platform has. */
const calledInPlace =
  /\b(?:irreversible|drop|up|down|if|for|while|switch|return|typeof|function|Number|String|Boolean|BigInt|structuredClone|parseInt|parseFloat|new (?:Map|Set|Date|Array))\s*(?=\()|\?*\.(?!(?:every|filter|find\w*|flatMap|forEach|from|map|reduce\w*|some|sort|toSorted)\(\s*[A-Za-z_$][\w$.]*\s*[,)])\w+/g;

const elsewhere =
  /\b[A-Za-z_$][\w$]*\s*(?:<[^<>()]*>)?\(|\b(?:up|down)\b\s*[,}]|\b(?:up|down)\s*:\s*[A-Za-z_$][\w$.]*\s*[,}]|\b\d+\s*:\s*[A-Za-z_$]/;

/** The object of `codeChange`, where all of it is written out there; brackets in texts are few, and only make it shorter or longer. */
function tableFrom(text: string, start: number): string | null {
  const open = /^codeChange["']?\s*:\s*\{/.exec(text.slice(start));
  if (open === null) return null;
  let depth = 0;
  for (let at = start + open[0].length - 1; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (depth === 1 && text.startsWith("...", at)) return null;
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

/** Whether steps speak of what is declared at the top and can change, or comes from elsewhere. */
function usesVariables(table: string, text: string): boolean {
  const variables = text.matchAll(/^(?:export )?(?:let|var)\s+(\w+)/gm);
  const values = text.matchAll(/^(?:export )?const\s+(\w+)\b(?!\s*=\s*(?:["'`\d-]|(?:true|false|null)\b|\([^()]*\)\s*(?::[^=]+)?=>))/gm);
  const imported = [...text.matchAll(/^import (?!type\b)([^"';]*?) from\s*["'](?!instar["'])/gm)].flatMap(([, names = ""]) => [
    ...names.replaceAll(/\btype\s+\w+(?:\s+as\s+\w+)?/g, "").matchAll(/(\w+)\s*(?=[,}]|$)/g),
  ]);
  return [...variables, ...values, ...imported].some(([, name]) => new RegExp(`\\b${name}\\b`).test(table));
}
