/**
 * Random projects, and random edits of them, made of what the rules' pages show: bodies that the rules look at, configurations, supervisors,
 * released snapshots, files that import each other.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as rules from "../../server/src/analysis/rules/all.ts";
import { type Block, parsePage } from "./fixture.ts";

interface RandomEdit {
  /** For whoever reads a failure. */
  readonly what: string;
  /** By path from the project root: the text; undefined for a file that goes. */
  readonly files: Readonly<Record<string, string | undefined>>;
}

type Random = (below: number) => number;
type Files = Readonly<Record<string, string>>;
/** The lines, from 1, in which something was found, by path from the project root, with what. */
type FoundAt = readonly (readonly [file: string, line: number, rule: string])[];

/** The old versions of some fixtures, over each other. */
export function randomProject(random: Random): Files {
  const files: Record<string, string> = { "package.json": "{}" };
  for (let count = 2 + random(3); count > 0; count -= 1)
    for (const { version, file, code } of pick(random, fixtures())) if (version === "old" || version === "new") files[file] ??= code;
  return files;
}

/** One edit. `history` is what files said before, by their names. */
export function randomEdit(random: Random, files: Files, found: FoundAt, history: Files): RandomEdit {
  const sources = Object.keys(files).filter((file) => /\.tsx?$/.test(file) && !file.startsWith(".instar/"));
  const file = pick(random, sources.length > 0 ? sources : ["src/room.actor.ts"]);
  const text = files[file] ?? "";
  const edit = (what: string, now: string | undefined, name = file): RandomEdit => ({ what: `${what} ${name}`, files: { [name]: now } });
  switch (random(22)) {
    case 0:
    case 1: {
      // A whole fixture, at one of its versions.
      const stage = pick(random, ["old", "new", "fixed", "released"]);
      const blocks = pick(random, fixtures()).filter(({ version }) => version === stage || version === "new");
      return { what: `fixture ${blocks[0]?.file} ${stage}`, files: Object.fromEntries(blocks.map(({ file, code }) => [file, code])) };
    }
    case 2: {
      const block = pick(random, pick(random, fixtures()));
      return edit(`block ${block.version}`, block.code, block.file);
    }
    case 3: {
      const block = pick(random, pick(random, fixtures()));
      return /\.tsx?$/.test(block.file) ? edit(`text of ${block.file}`, block.code) : edit("block", block.code, block.file);
    }
    case 4:
      return edit("moved down", `// moved\n${text}`);
    case 5: {
      const [at, line, rule] = found.length === 0 ? [file, 1 + random(20), "long-await"] : pick(random, found);
      const reason = pick(random, ["", ": it is meant", ": TODO say why"]);
      const comment = `// instar-ignore ${random(5) === 0 ? pick(random, ids) : rule}${reason}`;
      return edit("ignored", withLine(files[at] ?? "", line, comment), at);
    }
    case 6:
      return edit("no comments", text.replaceAll(/^.*\/\/ (?:instar-ignore|instar).*\n/gm, ""));
    case 7:
      return random(3) === 0 ? edit("gone", undefined) : edit("empty", "");
    case 8: {
      const other = pick(random, [
        file.replace(/\.actor\.ts$/, ".ts"),
        file.replace(/(?:\.actor)?\.ts$/, ".actor.ts"),
        file.replace("src/", "src/moved/"),
        file.replace("src/", "test/"),
        file.replace("src/", "node_modules/"),
        pick(random, sources.length > 0 ? sources : [file]),
      ]);
      return { what: `${file} becomes ${other}`, files: { [file]: undefined, [other]: text } };
    }
    case 9:
      return edit("configured", random(4) === 0 ? undefined : configuration(random, files), "instar.config.json");
    case 10:
      return edit("section", `{ "instar": ${random(3) === 0 ? "{}" : configuration(random, files)} }`, "package.json");
    case 11:
      return edit("cut", text.slice(0, random(text.length)));
    case 12: {
      const lines = text.split("\n");
      lines.splice(random(lines.length), 1 + random(2));
      return edit("without a line", lines.join("\n"));
    }
    case 13: {
      const lines = text.split("\n");
      const others = pick(random, pick(random, fixtures())).code.split("\n");
      lines.splice(random(lines.length), random(2), pick(random, random(2) === 0 ? others : lines));
      return edit("another line", lines.join("\n"));
    }
    case 14: {
      const words = [...text.matchAll(/\b[a-zA-Z]\w+\b/g)].map(([word]) => word);
      const [from, to] = [pick(random, words.length > 0 ? words : ["a"]), pick(random, [...words, "other", "state", "start"])];
      return edit(`${from} is ${to}`, random(2) === 0 ? text.replace(from, to) : text.replaceAll(new RegExp(`\\b${from}\\b`, "g"), to));
    }
    case 15:
      return edit(
        "vsn",
        text.replace(/vsn: (\d)/, (_, vsn: string) => `vsn: ${Math.max(0, Number(vsn) + 1 - random(3))}`),
      );
    case 16: {
      const snapshots = Object.keys(files).filter((each) => each.startsWith(".instar/"));
      const snapshot = pick(random, snapshots.length > 0 ? snapshots : [".instar/releases/src/room.actor/1.d.ts"]);
      const before = files[snapshot] ?? "";
      return edit(
        "snapshot",
        pick(random, [undefined, before.slice(0, random(before.length)), before.replace(/: (?:string|number)\b/, ": boolean")]),
        snapshot,
      );
    }
    case 17:
      return edit("state", text.replace(/interface (\w*State\w*) \{/, "interface $1 { added: number;"));
    case 18: {
      const options = [{}, { exactOptionalPropertyTypes: true }, { strict: false }, { target: "es5" }];
      return edit("options", random(2) === 0 ? undefined : JSON.stringify({ compilerOptions: pick(random, options) }), "tsconfig.json");
    }
    case 19:
      return edit("as it was", history[file]);
    case 20: {
      // What one file has goes into another, which it imports.
      const [declaration = ""] = /^(?:export )?(?:async )?(?:function|const|interface|type|class) [^]*?\n(?=\n|$)/m.exec(text) ?? [];
      const [, name = "x"] = /(?:function|const|interface|type|class) (\w+)/.exec(declaration) ?? [];
      const target = random(2) === 0 ? "src/moved-here.ts" : pick(random, sources.length > 0 ? sources : [file]);
      return {
        what: `${name} of ${file} into ${target}`,
        files: {
          [file]: `import { ${name} } from "./${target.split("/").at(-1)}";\n${text.replace(declaration, "")}`,
          [target]: `${files[target] ?? ""}\n${declaration.startsWith("export") ? "" : "export "}${declaration}`,
        },
      };
    }
    default: {
      const types = ["string", "number", "boolean", "readonly string[]", "Map<string, number>", "() => void", "any", "Partial<State>"];
      return edit(
        "another type",
        text.replace(/: (?:string|number|boolean)\b/g, (each) => (random(3) === 0 ? `: ${pick(random, types)}` : each)),
      );
    }
  }
}

function configuration(random: Random, files: Files): string {
  const module = pick(random, Object.keys(files)).replace(/\.tsx?$/, "");
  const rule = () => pick(random, ids);
  const weights = ["off", "info", "warning", "error", { severity: "error", ignore: ["src/room.actor.ts"] }, { ignore: ["src/*.ts"] }];
  return JSON.stringify(
    pick(random, [
      {},
      { preset: pick(random, ["rolling", "rollback", "recommended", "none"]) },
      { rules: Object.fromEntries(Array.from({ length: 8 }, () => [rule(), pick(random, weights)])) },
      { exclude: [pick(random, Object.keys(files))] },
      { include: ["src/room.actor.ts", "src/app.ts"] },
      { upgradableFrom: { releases: 1 } },
      { acceptedBreaks: [{ rule: rule(), module, reason: "known" }] },
      { strategy: pick(random, ["hot", "restart", "window", "blue-green"]) },
    ]),
  );
}

function withLine(text: string, line: number, comment: string): string {
  const lines = text.split("\n");
  const indentation = /^\s*/.exec(lines[line - 1] ?? "")?.[0] ?? "";
  lines.splice(line - 1, 0, `${indentation}${comment}`);
  return lines.join("\n");
}

const ids = Object.values(rules).map(({ id }) => id);

let known: readonly (readonly Block[])[] | undefined;

function fixtures(): readonly (readonly Block[])[] {
  const folder = new URL("../../server/src/analysis/rules/", import.meta.url);
  return (known ??= readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .toSorted()
    .flatMap((name) => parsePage(readFileSync(new URL(name, folder), "utf8")).fixtures.map(({ blocks }) => blocks)));
}

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random(items.length)];
  if (item === undefined && items.length === 0) throw new Error("There is nothing to choose from.");
  return item as T;
}
