/** Reads a project's configuration: `instar.config.json`, or the section `instar` of its `package.json`. What is wrong in it is said at its place, and the rest counts. */
import { type Node, parseTree } from "jsonc-parser";
import { checkJson, type JsonProblem } from "./check-json.ts";
import {
  type AcceptedBreak,
  type Configuration,
  type ConfiguredName,
  type Preset,
  type RuleSettings,
  unconfigured,
} from "./configuration.ts";
import { configurationSchema } from "./configuration-schema.ts";
import type { ConfigProblem } from "./facts.ts";
import type { Strategy } from "./model.ts";
import { joinPath } from "./paths.ts";
import { rangeOf, readJson } from "./read-json.ts";
import type { SourceHost } from "./source-host.ts";

export function readConfiguration(host: SourceHost, root: string): Configuration {
  const own = joinPath(root, "instar.config.json");
  const manifest = joinPath(root, "package.json");
  const manifestText = host.readFile(manifest) ?? "{}";
  const section = sectionOf(manifest, manifestText);
  const text = host.fileExists(own) ? host.readFile(own) : undefined;
  if (text === undefined) return section;
  const read = readFile(own, text, (node) => node);
  if (section.file === null) return read;
  const [key] = sectionNode(parseTree(manifestText))?.parent?.children ?? [];
  const twice = "There is an instar.config.json beside it, and that counts. Move what is said here to it.";
  return { ...read, problems: [...read.problems, { file: manifest, range: rangeOf(manifestText, key), text: twice }] };
}

/** Most manifests say nothing of us. */
function sectionOf(file: string, text: string): Configuration {
  // A new object, by which a project's judgements are kept.
  return /"instar"\s*:/.test(text) || !isJson(text) ? readFile(file, text, sectionNode) : { ...unconfigured };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

function sectionNode(root: Node | undefined): Node | undefined {
  const found = (root?.type === "object" ? (root.children ?? []) : []).find(({ children }) => children?.[0]?.value === "instar");
  return found?.children?.[1];
}

/** @param find what in the file is ours; undefined where nothing is. */
function readFile(file: string, text: string, find: (root: Node | undefined) => Node | undefined): Configuration {
  const ours = file.endsWith("/instar.config.json");
  const { tree, problem } = readJson(text, ours);
  const node = find(tree);
  const problems: ConfigProblem[] = problem === null ? [] : [{ file, ...problem }];
  if (node === undefined) return { ...unconfigured, file: ours ? file : null, problems };
  const { value, problems: wrong } = checkJson(node, configurationSchema);
  problems.push(...wrong.map((problem): ConfigProblem => ({ file, range: rangeOf(text, placeOf(problem)), text: problem.text })));
  return { ...configurationOf(value ?? {}, file, text, node), problems };
}

/** What the schema lets through. */
interface Values {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly baseline?: string;
  readonly preset?: Preset;
  readonly rules?: Readonly<Record<string, RuleSettings["severity"] | Partial<RuleSettings>>>;
  readonly upgradableFrom?: { readonly releases?: number; readonly modules?: Readonly<Record<string, number>> };
  readonly acceptedBreaks?: readonly { readonly rule: string; readonly module: string; readonly item?: string; readonly reason: string }[];
  readonly redact?: string;
  readonly strategy?: Strategy;
}

function configurationOf(values: Values, file: string, text: string, node: Node): Omit<Configuration, "problems"> {
  const {
    include = [],
    exclude = [],
    baseline = null,
    preset = "recommended",
    rules = {},
    upgradableFrom = {},
    redact = null,
    strategy = null,
  } = values;
  return {
    file,
    include,
    exclude,
    baseline,
    preset,
    rules: new Map(
      Object.entries(rules).flatMap(([id, said]): [string, RuleSettings][] => {
        if (said === undefined || said === null) return [];
        return [
          [id, typeof said === "string" ? { severity: said, ignore: [] } : { severity: said.severity ?? null, ignore: said.ignore ?? [] }],
        ];
      }),
    ),
    upgradableFrom: {
      releases: upgradableFrom.releases ?? null,
      modules: new Map(Object.entries(upgradableFrom.modules ?? {}).filter(([, vsn]) => vsn !== undefined)),
    },
    acceptedBreaks: (values.acceptedBreaks ?? []).map(({ rule, module, item = null, reason }): AcceptedBreak => {
      const place = acceptedNodes(node).find(
        (each) => saidIn(each, "rule") === rule && saidIn(each, "module") === module && (saidIn(each, "item") ?? null) === item,
      );
      return { rule, module, item, reason, file, range: rangeOf(text, place) };
    }),
    redact,
    strategy,
    names: namesIn(node).map(([kind, { node: place, name }]): ConfiguredName => ({ kind, name, file, range: rangeOf(text, place) })),
  };
}

function namesIn(node: Node): readonly (readonly [ConfiguredName["kind"], { readonly node: Node; readonly name: string }])[] {
  const ignored = (valueOf(node, "rules")?.children ?? []).flatMap(({ children }) =>
    textsIn(children?.[1] && valueOf(children[1], "ignore")),
  );
  const supported = valueOf(node, "upgradableFrom");
  const modules = (supported && valueOf(supported, "modules"))?.children ?? [];
  return [
    ...textsIn(valueOf(node, "include")).map((each) => ["include", each] as const),
    ...textsIn(valueOf(node, "exclude")).map((each) => ["exclude", each] as const),
    ...ignored.map((each) => ["ignore", each] as const),
    ...modules.flatMap(({ children }) => textsIn({ children: (children ?? []).slice(0, 1) })).map((each) => ["module", each] as const),
  ];
}

function textsIn(list: Pick<Node, "children"> | undefined): readonly { readonly node: Node; readonly name: string }[] {
  return (list?.children ?? []).flatMap((node) => (typeof node.value === "string" ? [{ node, name: node.value }] : []));
}

function valueOf(node: Node, key: string): Node | undefined {
  return node.type === "object" ? node.children?.find(({ children }) => children?.[0]?.value === key)?.children?.[1] : undefined;
}

function acceptedNodes(node: Node): readonly Node[] {
  return valueOf(node, "acceptedBreaks")?.children ?? [];
}

function saidIn(node: Node, key: string): unknown {
  return valueOf(node, key)?.value;
}

/** Of a whole object or list, its first brace is enough. */
function placeOf({ node }: JsonProblem): { readonly offset: number; readonly length: number } {
  return node.type === "object" || node.type === "array" ? { offset: node.offset, length: 1 } : node;
}
