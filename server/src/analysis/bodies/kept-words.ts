/** Looks at a text for what may outlive a version, without parsing it. */

/** A variable at the top of the file, or a constant there that something is put into. */
export function mayKeepVariables(text: string): boolean {
  if (/^(?:export )?(?:let|var)\b/m.test(text)) return true;
  for (const [, name = ""] of text.matchAll(/^(?:export )?const ([\w$]+)(?:[^=\n]|=>)*= *(?:new [A-Z]|\[|\{|(?:Object|Array)\.\w)/gm)) {
    const at = name.replaceAll("$", "\\$");
    if (new RegExp(`(?<![\\w$.])${at}(?:${written})`).test(text)) return true;
  }
  return false;
}

const written =
  "(?:\\??\\.|!\\.)(?:add|clear|copyWithin|delete|fill|pop|push|reverse|set|shift|sort|splice|unshift)\\(" +
  "|(?:\\.[\\w$]+|\\[[^\\]\\n]*\\])+ *(?:=(?![=>])|[-+*/&|?]{1,2}=|\\+\\+|--)";

/** A class is named that is not one of the platform's own. */
export function mayCheckClasses(text: string): boolean {
  return (
    /\binstanceof\s+(?!(?:AggregateError|Array|ArrayBuffer|Buffer|Date|Error|InstarError|Map|Promise|RangeError|RegExp|Set|SyntaxError|TypeError|URL|Uint8Array)\b)/.test(
      text,
    ) ||
    /\.constructor\s*[!=]==?/.test(text) ||
    /[!=]==?\s*[\w$.]+\.constructor\b/.test(text)
  );
}

/** Something is listened to, or a server is made. */
export function maySubscribe(text: string): boolean {
  return /\.(?:on|addListener|prependListener|addEventListener|subscribe)\s*\(|\.on[a-z]+\s*=(?!=)|\b(?:watch|watchFile|createServer|createSecureServer)\s*\(/.test(
    text,
  );
}
