/**
 * Edits of sources that change nothing of what they do: what a formatter, a refactoring or somebody who tidies up makes of them. They work on
 * text, for sources that are written as those of the rule pages and examples are.
 */

/** File names and texts of one project. */
export type Sources = Readonly<Record<string, string>>;

export const preservingEdits: Readonly<Record<string, (sources: Sources) => Sources>> = {
  "comments and blank lines": each((text) => {
    const lines = text.split("\n");
    // A comment that says something of the next line stays above it.
    return lines
      .map((line, index) =>
        /^\s*(?:readonly|interface|type|export)\b/.test(line) && !(lines[index - 1] ?? "").includes("//") ? `\n// A word.\n${line}` : line,
      )
      .join("\n");
  }),

  "tabs and carriage returns": each((text) =>
    text.includes("`") ? text : text.replaceAll(/^ +/gm, (blanks) => "\t".repeat(Math.ceil(blanks.length / 2))).replaceAll("\n", "\r\n"),
  ),

  "types under other names": (sources) => {
    const all = Object.values(sources).join("\n");
    const declared = /^(?:export )?(?:declare )?(?:interface|type|enum) (\w+)/gm;
    const elsewhere = new Set(Object.entries(sources).flatMap(([file, text]) => (isEdited(file) ? [] : (text.match(/\w+/g) ?? []))));
    const names = [...all.matchAll(declared)].map(([, name = ""]) => name).filter((name) => !elsewhere.has(name));
    const taken = new Set(all.match(/\w+/g));
    return names.reduce((given, name) => {
      // One that means a value, or a property, too, or one of the platform's.
      if (taken.has(`${name}Renamed`) || isAmbiguous(all, name)) return given;
      // Whose interface it is, only the project that has the actor knows.
      if (new RegExp(`Pid<${name}>`).test(all) && !new RegExp(`(?:actor|stateMachine)<${name}>`).test(all)) return given;
      return mapped(given, (text) => outsideTexts(text, (code) => code.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `${name}Renamed`)));
    }, sources);
  },

  "fields in another order": each((text) =>
    text.replaceAll(
      /(?:^ +(?:readonly )?\w+\??: [^{}\n]+;\n){2,}/gm,
      (fields) => fields.split("\n").slice(0, -1).toReversed().join("\n") + "\n",
    ),
  ),

  "alternatives in another order": each((text) =>
    text.replaceAll(
      /^( +(?:readonly )?\w+\??: )((?:"[^"]*"|[\w.]+)(?: \| (?:"[^"]*"|[\w.]+))+);$/gm,
      (_, head: string, union: string) => `${head}${union.split(" | ").toReversed().join(" | ")};`,
    ),
  ),

  "aliases for what was written out": each((text) =>
    // Within functions and calls it is no type.
    /^ +readonly \w+\??: (?:string|number|boolean);$/m.test(text)
      ? `${text.replaceAll(/^( +readonly \w+\??: )(string|number|boolean);$/gm, (_, head: string, type: string) => `${head}${aliasOf(type)};`)}\n${["string", "number", "boolean"].map((type) => `type ${aliasOf(type)} = ${type};\n`).join("")}`
      : text,
  ),

  "interfaces that are generic ones with an argument": each((text) =>
    text.replaceAll(
      /^(export )?interface (\w+) \{\n((?: .*\n|\n)*)\}$/gm,
      (_, exported: string | undefined, name: string, body: string) =>
        `${exported ?? ""}interface ${name}Of<Unused> {\n${body}}\n\n${exported ?? ""}type ${name} = ${name}Of<string>;`,
    ),
  ),

  "types in a file of their own": (sources) => {
    const moved: Record<string, string> = {};
    for (const [file, text] of Object.entries(sources)) Object.assign(moved, withTypesMoved(file, text));
    return moved;
  },
};

function aliasOf(type: string): string {
  return `Alias${type[0]?.toUpperCase() ?? ""}${type.slice(1)}`;
}

function each(edit: (text: string) => string): (sources: Sources) => Sources {
  return (sources) => mapped(sources, edit);
}

/** Snapshots, settings and what packages declare are what they are. */
function isEdited(file: string): boolean {
  return file.endsWith(".ts") && !file.endsWith(".d.ts");
}

function mapped(sources: Sources, edit: (text: string) => string): Sources {
  return Object.fromEntries(Object.entries(sources).map(([file, text]) => [file, isEdited(file) ? edit(text) : text]));
}

function outsideTexts(text: string, edit: (code: string) => string): string {
  return text
    .split(/("(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|`[^`]*`)/)
    .map((part, index) => (index % 2 === 0 ? edit(part) : part))
    .join("");
}

/** Whether a name is anything but a type here: a class or an enum is a value, too, which goes by its name. */
function isAmbiguous(all: string, name: string): boolean {
  return new RegExp(`(?:class|const|let|function|namespace|module) ${name}\\b|\\.${name}\\b|\\b${name}(?:\\(|\\??: )|declare global`).test(
    all,
  );
}

/** Top-level interfaces and aliases go into a file beside it, which imports what it imported. */
function withTypesMoved(file: string, text: string): Sources {
  const whole = { [file]: text };
  if (
    !file.endsWith(".ts") ||
    file.endsWith(".d.ts") ||
    /\b(?:class|enum|namespace|declare|typeof|unique symbol)\b|^export \*|import\(/m.test(text)
  )
    return whole;
  const declarations = [...text.matchAll(/^(export )?(?:interface (\w+)[^\n]*\{\n(?:(?: .*)?\n)*\}|type (\w+) = [^;{]*;)\n/gm)];
  const names = declarations.map(([, , one, other]) => one ?? other ?? "");
  if (names.length === 0 || new Set(names).size < names.length) return whole;
  const beside = file.replace(/\.ts$/, ".types.ts");
  const imports = [...text.matchAll(/^import [^;]*;\n/gm)].map(([line]) => line).join("");
  const rest = declarations.reduce((left, [declaration]) => left.replace(declaration, ""), text);
  // A type that is left behind may be needed there.
  if (/^(?:export )?(?:interface|type) /m.test(rest)) return whole;
  const bodies = declarations.map(([declaration, exported]) => (exported === undefined ? `export ${declaration}` : declaration)).join("\n");
  const specifier = `./${beside.slice(beside.lastIndexOf("/") + 1)}`;
  const passed = names.filter((_, index) => declarations[index]?.[1] !== undefined);
  return {
    [file]: `import type { ${names.join(", ")} } from "${specifier}";\n${passed.length > 0 ? `export type { ${passed.join(", ")} } from "${specifier}";\n` : ""}${rest}`,
    [beside]: `${imports}${bodies}`,
  };
}
