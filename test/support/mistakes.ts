/**
 * Plants mistakes into correct actor modules: each hazard that the rules are there for, at every place where somebody may make it. What is
 * planted follows from what a rule says of itself, not from how it looks for it.
 */
import { ts } from "../../server/src/analysis/typescript.ts";

/** A file of the project by its name, and its text; null where the mistake is that it is gone. */
export type Texts = Readonly<Record<string, string | null>>;

export interface Mistake {
  readonly hazard: string;
  /** Any of these finds it: which one speaks where several could is the rules' own business. */
  readonly rules: readonly string[];
  /** Where, for people. */
  readonly place: string;
  /** What is written instead. */
  readonly texts: Texts;
}

/** @param files a correct project, without anything to say of it. */
export function* mistakesIn(files: Readonly<Record<string, string>>, snapshots: Readonly<Record<string, string>>): Generator<Mistake> {
  for (const [file, text] of Object.entries(files)) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
    const module = new Module(file, text, source);
    if (module.definition !== undefined) {
      for (const plant of [
        ...stateMistakes(module),
        ...stepMistakes(module),
        ...valueMistakes(module),
        ...handlerMistakes(module),
        ...messageMistakes(module),
      ])
        yield { ...plant, place: `${file}: ${plant.place}`, texts: { [file]: plant.text } };
      yield {
        hazard: "a file that moved",
        rules: ["actor-identity-changed"],
        place: file,
        texts: { [file]: null, [file.replace("src/", "src/moved-")]: text },
      };
    } else if (text.includes("supervisor(")) {
      for (const plant of supervisorMistakes(module)) yield { ...plant, place: `${file}: ${plant.place}`, texts: { [file]: plant.text } };
    } else {
      for (const plant of recordMistakes(module)) yield { ...plant, place: `${file}: ${plant.place}`, texts: { [file]: plant.text } };
    }
  }
  for (const [file, text] of Object.entries(snapshots)) {
    const damaged = {
      "a snapshot that was edited": text.replace(/: (string|number)\b/, ": boolean"),
      "a snapshot that is cut off": text.slice(0, -30),
    };
    for (const [hazard, damage] of Object.entries(damaged))
      yield { hazard, rules: ["snapshot-damaged"], place: file, texts: { [file]: damage } };
  }
}

type Plant = Omit<Mistake, "texts"> & { readonly text: string };

/** What something in the text is replaced with. */
type Edit = readonly [node: { getStart(): number; getEnd(): number }, text: string];

interface Handler {
  readonly kind: "calls" | "casts" | "infos";
  readonly name: string;
  readonly node: ts.ArrowFunction | ts.MethodDeclaration;
  readonly property: ts.ObjectLiteralElementLike;
}

class Module {
  readonly file: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly definition: ts.ObjectLiteralExpression | undefined;

  constructor(file: string, text: string, source: ts.SourceFile) {
    this.file = file;
    this.text = text;
    this.source = source;
    const [call] = source.statements.filter(ts.isExportAssignment).map(({ expression }) => expression);
    if (call !== undefined && ts.isCallExpression(call) && call.expression.getText() === "actor") {
      const [argument] = call.arguments;
      if (argument !== undefined && ts.isObjectLiteralExpression(argument)) this.definition = argument;
    }
  }

  /** The text with something else in place of some nodes. */
  replaced(...edits: readonly Edit[]): string {
    return edits
      .toSorted(([one], [other]) => other.getStart() - one.getStart())
      .reduce((text, [node, by]) => text.slice(0, node.getStart()) + by + text.slice(node.getEnd()), this.text);
  }

  /** With imports and declarations of the mistake's own before everything else, and after the imports. */
  with(text: string, { imports = "", top = "" }: { readonly imports?: string; readonly top?: string }): string {
    if (top === "") return imports + text;
    const at = text.indexOf("\n\n", text.lastIndexOf("\nimport ") < 0 ? 0 : text.lastIndexOf("\nimport "));
    return `${imports}${text.slice(0, at)}\n\n${top}${text.slice(at)}`;
  }

  interfaces(): readonly ts.InterfaceDeclaration[] {
    return this.source.statements.filter(ts.isInterfaceDeclaration);
  }

  get state(): ts.InterfaceDeclaration | undefined {
    return this.interfaces().find(({ name }) => name.text === "State");
  }

  get protocol(): ts.InterfaceDeclaration | undefined {
    return this.interfaces().find(({ members }) => members.some((member) => member.name?.getText() === "init"));
  }

  part(name: string): ts.PropertyAssignment | undefined {
    return this.definition?.properties.filter(ts.isPropertyAssignment).find((each) => each.name.getText() === name);
  }

  handlers(): readonly Handler[] {
    return (["calls", "casts", "infos"] as const).flatMap((kind) => {
      const part = this.part(kind)?.initializer;
      if (part === undefined || !ts.isObjectLiteralExpression(part)) return [];
      return part.properties.flatMap((property): Handler[] => {
        const node = ts.isPropertyAssignment(property) ? property.initializer : property;
        if (!ts.isArrowFunction(node) && !ts.isMethodDeclaration(node)) return [];
        return [{ kind, name: property.name?.getText() ?? "", node, property }];
      });
    });
  }

  /** The functions of the steps. */
  steps(): readonly {
    readonly from: string;
    readonly way: "up" | "down";
    readonly node: ts.ArrowFunction;
    readonly property: ts.PropertyAssignment;
  }[] {
    const table = this.part("codeChange")?.initializer;
    if (table === undefined || !ts.isObjectLiteralExpression(table)) return [];
    return table.properties
      .filter(ts.isPropertyAssignment)
      .flatMap((step) =>
        ts.isObjectLiteralExpression(step.initializer)
          ? step.initializer.properties
              .filter(ts.isPropertyAssignment)
              .flatMap((property) =>
                ts.isArrowFunction(property.initializer)
                  ? [{ from: step.name.getText(), way: property.name.getText() as "up" | "down", node: property.initializer, property }]
                  : [],
              )
          : [],
      );
  }

  /** The members of the protocol's parts: the messages. */
  messages(): readonly {
    readonly kind: "calls" | "casts" | "infos";
    readonly node: ts.MethodSignature;
    readonly handler: Handler | undefined;
  }[] {
    const handlers = this.handlers();
    return (["calls", "casts", "infos"] as const).flatMap((kind) => {
      const part = this.protocol?.members.find((member) => member.name?.getText() === kind);
      if (part === undefined || !ts.isPropertySignature(part) || part.type === undefined || !ts.isTypeLiteralNode(part.type)) return [];
      return part.type.members
        .filter(ts.isMethodSignature)
        .map((node) => ({ kind, node, handler: handlers.find((each) => each.kind === kind && each.name === node.name.getText()) }));
    });
  }
}

/** Not written out, since the project's own code must not switch type checks off. */
const anything = ["a", "n", "y"].join("");

const unmigrated = ["state-changed-no-code-change"];

function* stateMistakes(module: Module): Generator<Plant> {
  const { state, text } = module;
  const hasSteps = module.steps().length > 0;
  // What a step's own types then say is another mistake.
  if (state !== undefined && !hasSteps) {
    const records = module.interfaces().filter((each) => each === state || (each !== module.protocol && isUsed(module, each)));
    for (const record of records) yield* changedMembers(module, record, unmigrated);
    for (const union of find(module.source, ts.isUnionTypeNode)) {
      const [first, ...rest] = union.types;
      if (first === undefined || !isInState(module, union)) continue;
      const gone = union.types.at(-1)?.getText() === "null" ? union.types.slice(0, -1) : rest;
      yield {
        hazard: "a type that is narrower",
        rules: [...unmigrated, "type-narrowed"],
        place: union.getText(),
        text: module.replaced([union, gone.map((each) => each.getText()).join(" | ")]),
      };
      yield {
        hazard: "a type that is wider",
        rules: ["state-changed-no-down", "type-widened"],
        place: union.getText(),
        text: module.replaced([union, `${union.getText()} | { readonly kind: "other" }`]),
      };
    }
    for (const tuple of find(module.source, ts.isTupleTypeNode)) {
      if (!isInState(module, tuple)) continue;
      yield {
        hazard: "a tuple of another length",
        rules: [...unmigrated, "tuple-arity-changed"],
        place: tuple.getText(),
        text: module.replaced([tuple, `${tuple.getText().slice(0, -1)}, extra: number]`]),
      };
    }
    for (const member of find(module.source, ts.isEnumMember)) {
      if (member.initializer === undefined) continue;
      yield {
        hazard: "an enum's value that changed",
        rules: [...unmigrated, "enum-value-changed"],
        place: member.getText(),
        text: module.replaced([member.initializer, "17"]),
      };
    }
    yield {
      hazard: "a state that says nothing",
      rules: ["state-type-opaque"],
      place: "State",
      text: text.replace("State {\n", "State {\n  readonly rest: any;\n"),
    };
    yield {
      hazard: "a version that rose for nothing",
      rules: ["version-bumped-no-change"],
      place: "vsn",
      text: text.replace(/vsn: (\d+)/, (_, vsn: string) => `vsn: ${Number(vsn) + 1}`),
    };
  }
  if (!hasSteps) return;
  const table = module.part("codeChange");
  const gone = table === undefined ? text : text.replace(`${table.getText()},\n`, "");
  // Where old states are valid as they are, only the way back is missing.
  yield { hazard: "no step", rules: [...unmigrated, "state-changed-no-down"], place: "codeChange", text: gone };
  yield {
    hazard: "no step, and the version not raised",
    rules: [...unmigrated, "version-not-bumped"],
    place: "vsn",
    text: gone.replace(/vsn: \d+/, "vsn: 1"),
  };
  yield {
    hazard: "a version that was not raised",
    rules: ["version-not-bumped", "code-change-wrong-range"],
    place: "vsn",
    text: text.replace(/vsn: \d+/, "vsn: 1"),
  };
  for (const from of ["0", "2", "7"])
    yield {
      hazard: "a step of the wrong version",
      rules: [...unmigrated, "code-change-wrong-range", "code-change-chain-gap"],
      place: from,
      text: text.replace("codeChange: {\n    1:", `codeChange: {\n    ${from}:`),
    };
  yield {
    hazard: "a gap in the chain",
    rules: [...unmigrated, "code-change-chain-gap"],
    place: "vsn",
    text: text.replace(/vsn: \d+/, "vsn: 4"),
  };
  for (const { way, property } of module.steps()) {
    if (way === "down")
      yield { hazard: "no way back", rules: ["state-changed-no-down"], place: way, text: text.replace(`${property.getText()},\n`, "") };
  }
  for (const frozen of module.interfaces().filter(({ name }) => /V\d+$/.test(name.text)))
    yield* changedMembers(module, frozen, ["code-change-wrong-shape", "code-change-reads-unknown-field"]);
}

/** Every field of a record in another way. */
function* changedMembers(module: Module, record: ts.InterfaceDeclaration, rules: readonly string[]): Generator<Plant> {
  const own = record.name.text;
  const required = rules === unmigrated ? "required-field-no-value" : "";
  yield {
    hazard: "a field that is new",
    rules: [...rules, required],
    place: own,
    text: module.text.replace(new RegExp(`(interface ${own}(?:<\\w+>)? \\{\\n)`), "$1  readonly added: number;\n"),
  };
  for (const member of record.members.filter(ts.isPropertySignature)) {
    const place = `${own}.${member.name.getText()}`;
    const other = member.type?.kind === ts.SyntaxKind.StringKeyword ? "number" : "string";
    if (member.type !== undefined) yield { hazard: "a field of another type", rules, place, text: module.replaced([member.type, other]) };
    yield {
      hazard: "a field of another name",
      rules: [...rules, "possible-rename"],
      place,
      text: module.replaced([member.name, `${member.name.getText()}Renamed`]),
    };
    if (rules === unmigrated)
      yield {
        hazard: "a field that is gone",
        rules: ["state-changed-no-down", "lossy-up"],
        place,
        text: module.replaced([member, ""]),
      };
  }
}

function* stepMistakes(module: Module): Generator<Plant> {
  for (const { way, node } of module.steps()) {
    const [parameter] = node.parameters;
    if (parameter === undefined) continue;
    const given = parameter.name.getText();
    const before = (statement: string): string =>
      module.replaced([node.body, `{\n        ${statement}\n        return ${unparenthesized(node.body)};\n      }`]);
    const [field = "nothing"] = find(node.body, ts.isPropertyAccessExpression)
      .filter(({ expression }) => expression.getText() === given)
      .map(({ name }) => name.text);
    for (const impure of ["Date.now()", "new Date()", "Math.random()", 'process.env["RATE"]', "crypto.randomUUID()", "performance.now()"])
      yield {
        hazard: "a step that is not pure",
        rules: ["code-change-impure"],
        place: `${way} ${impure}`,
        text: before(`const taken = ${impure};\n        void taken;`),
      };
    yield {
      hazard: "a step that is not pure, in a function that it calls",
      rules: ["code-change-impure"],
      place: way,
      text: module.with(before("const taken = stamp();\n        void taken;"), {
        top: "function stamp(): number {\n  return Date.now();\n}",
      }),
    };
    yield { hazard: "an async step", rules: ["code-change-async"], place: way, text: module.replaced([node, `async ${node.getText()}`]) };
    for (const thrower of [`if (${given} === null) throw new Error("no state");`, `void JSON.parse(String(${given}.${field}));`])
      yield { hazard: "a step that may throw", rules: ["code-change-may-throw"], place: `${way} ${thrower}`, text: before(thrower) };
    for (const writer of [
      `Object.assign(${given}, { ${field}: ${given}.${field} });`,
      `(${given} as { ${field}: unknown }).${field} = null;`,
      `delete (${given} as { ${field}?: unknown }).${field};`,
    ])
      yield {
        hazard: "a step that writes to the old state",
        rules: ["code-change-mutates-input"],
        place: `${way} ${writer}`,
        text: before(writer),
      };
    yield {
      hazard: "a step that reads what there is not",
      rules: ["code-change-reads-unknown-field"],
      place: way,
      text: before(`void (${given} as ${anything}).neverThere;`),
    };
    const initial = module.part("init")?.initializer;
    if (way === "up" && initial !== undefined && ts.isArrowFunction(initial)) {
      const names = initial.parameters.map((each) => each.name.getText());
      const value = names.reduce(
        (all, name) =>
          all
            .replaceAll(new RegExp(`: ${name}\\b`, "g"), ": 0 as never")
            .replaceAll(new RegExp(`\\b${name}\\b(?!:)`, "g"), `${name}: 0 as never`),
        unparenthesized(initial.body),
      );
      yield {
        hazard: "a step that begins anew",
        rules: ["code-change-resets-state"],
        place: way,
        text: module.replaced([parameter, `_${parameter.getText()}`], [node.body, `(${value})`]),
      };
    }
  }
  // A type that the next version changes in place of one that is frozen.
  for (const frozen of module.interfaces().filter(({ name }) => /V\d+$/.test(name.text) && name.text !== "StateV1")) {
    const live = frozen.name.text.replace(/V\d+$/, "");
    yield {
      hazard: "a step with a type that lives on",
      rules: ["code-change-imports-live-code", "code-change-wrong-shape"],
      place: frozen.name.text,
      text: module.text.replaceAll(new RegExp(`(StateV1 \\{[^}]*?)${frozen.name.text}`, "g"), `$1${live}`),
    };
  }
}

function* valueMistakes(module: Module): Generator<Plant> {
  const { state, text } = module;
  if (state === undefined) return;
  const fields: Readonly<
    Record<string, { readonly rules: readonly string[]; readonly members: readonly string[]; readonly top?: string }>
  > = {
    "a function in the state": {
      rules: ["function-in-state"],
      members: [
        "readonly onChange: (n: number) => void;",
        "readonly hooks: readonly (() => void)[];",
        "readonly byName: ReadonlyMap<string, () => string>;",
        "done?: null | ((error: Error) => void);",
        "notify(): void;",
      ],
    },
    "an instance in the state": {
      rules: ["class-instance-in-state"],
      members: ["readonly tally: Tally;", "readonly tallies: readonly Tally[];", "tally: Tally | null;"],
      top: "class Tally {\n  n = 0;\n  add(): void {\n    this.n += 1;\n  }\n}",
    },
    "a private field in the state": {
      rules: ["private-field-in-state", "class-instance-in-state"],
      members: ["readonly tally: Tally;"],
      top: "class Tally {\n  #n = 0;\n  add(): number {\n    return (this.#n += 1);\n  }\n}",
    },
    "a promise in the state": {
      rules: ["pending-promise-in-state"],
      members: ["readonly loading: Promise<number> | null;", "readonly all: readonly Promise<void>[];", "cancel?: AbortController;"],
    },
    "a handle in the state": { rules: ["handle-in-state"], members: ["readonly socket: WebSocket;", "readonly port: MessagePort | null;"] },
  };
  const records = module.interfaces().filter((each) => each !== module.protocol && !/V\d+$/.test(each.name.text) && isUsed(module, each));
  for (const [hazard, { rules, members, top = "" }] of Object.entries(fields)) {
    for (const record of new Set([state, ...records]))
      for (const member of members)
        yield {
          hazard,
          rules,
          place: `${record.name.text} ${member}`,
          text: module.with(text.replace(new RegExp(`(interface ${record.name.text}(?:<\\w+>)? \\{\\n)`), `$1  ${member}\n`), { top }),
        };
  }
}

function* handlerMistakes(module: Module): Generator<Plant> {
  for (const { kind, name, node } of module.handlers()) {
    const context = node.parameters[0]?.name.getText() ?? "{}";
    const named = (each: string): boolean => new RegExp(`\\b${each}\\b`).test(context);
    const held = named("state") ? "state" : "1";
    const before = (statement: string, isAsync = false, ...edits: readonly Edit[]): string => {
      const { body } = node;
      if (body === undefined) return module.text;
      const statements = ts.isBlock(body) ? body.getText().slice(1) : `\n      return ${unparenthesized(body)};\n    }`;
      const whole = `${module.text.slice(node.getStart(), body.getStart())}{\n      ${statement}${statements}`;
      const needed = isAsync && !node.modifiers?.some((each) => each.kind === ts.SyntaxKind.AsyncKeyword);
      return module.replaced([node, needed ? `async ${whole}` : whole], ...edits);
    };
    const place = `${kind}.${name}`;
    for (const timer of [
      `setTimeout(() => console.log(${held}), 1000);`,
      `setInterval(() => { console.log(${held}); }, 5000);`,
      `setInterval(report, 60_000);`,
    ])
      yield {
        hazard: "a timer that calls old code",
        rules: ["timer-holds-old-code"],
        place: `${place} ${timer}`,
        text: module.with(before(timer), { top: 'function report(): void {\n  console.log("alive");\n}' }),
      };
    for (const subscription of [
      'bus.on("change", () => console.log("changed"));',
      'process.on("SIGHUP", () => console.log("again"));',
      'new EventTarget().addEventListener("change", () => console.log("changed"));',
    ])
      yield {
        hazard: "a subscription that calls old code",
        rules: ["subscription-holds-old-code"],
        place: `${place} ${subscription}`,
        text: module.with(before(subscription), {
          imports: 'import { EventEmitter } from "node:events";\n',
          top: "const bus = new EventEmitter();",
        }),
      };
    for (const [top, use] of [
      ["let count = 0;", "count += 1;"],
      ["const seen = new Map<string, number>();", 'seen.set("last", 1);'],
      ["const log: string[] = [];", 'log.push("again");'],
      ["const stats = { calls: 0 };", "stats.calls++;"],
    ] as const)
      yield {
        hazard: "what is kept in the module",
        rules: ["module-state-lost"],
        place: `${place} ${top}`,
        text: module.with(before(use), { top }),
      };
    const [, argument] = node.parameters;
    const type = module.messages().find((each) => each.handler?.node === node)?.node.parameters[0]?.type;
    if (argument !== undefined && ts.isIdentifier(argument.name) && type !== undefined)
      yield {
        hazard: "a class that another version has, too",
        rules: ["instanceof-across-versions"],
        place,
        text: module.with(
          before(`if (${argument.name.text} instanceof Failure) console.log("failed");`, false, [type, `${type.getText()} | Failure`]),
          { top: 'export class Failure {\n  readonly why: string = "";\n}' },
        ),
      };
    for (const loop of [
      "while (true) console.log(1);",
      "for (;;) {\n        console.log(1);\n      }",
      "do {\n        console.log(1);\n      } while (true);",
    ])
      yield { hazard: "a handler that never returns", rules: ["handler-never-returns"], place: `${place} ${loop}`, text: before(loop) };
    yield {
      hazard: "a handler that never returns, though it waits",
      rules: ["handler-never-returns"],
      place,
      text: before("for (;;) await Promise.resolve();", true),
    };
    for (const wait of ["await new Promise(() => {});", "await new Promise<void>((_resolve) => console.log(1));"])
      yield {
        hazard: "a handler that waits for ever",
        rules: ["handler-waits-unbounded", "handler-never-returns"],
        place: `${place} ${wait}`,
        text: before(wait, true),
      };
  }
}

function* messageMistakes(module: Module): Generator<Plant> {
  if (module.steps().length > 0) return;
  for (const { kind, node, handler } of module.messages()) {
    const name = node.name.getText();
    const place = `${kind}.${name}`;
    if (handler === undefined) continue;
    const without = (what: { getText(): string }, from: string): string => {
      const at = from.indexOf(what.getText());
      const end = /^[,;]/.test(from.slice(at + what.getText().length)) ? 1 : 0;
      return from.slice(0, at) + from.slice(at + what.getText().length + end);
    };
    yield {
      hazard: "a message that is gone",
      rules: ["message-handler-removed"],
      place,
      text: without(handler.property, without(node, module.text)),
    };
    yield {
      hazard: "a message of another name",
      rules: ["message-tag-renamed", "message-handler-removed"],
      place,
      text: module.replaced([node.name, `${name}Now`], [handler.property.name ?? node.name, `${name}Now`]),
    };
    const more = `${node.parameters.map((each) => each.getText().replace("?:", ":")).join(", ")}${node.parameters.length > 0 ? ", " : ""}more: number`;
    const list = module.text.slice(node.name.getEnd(), node.getEnd());
    const parameters = {
      getStart: () => node.name.getEnd(),
      getEnd: () => node.name.getEnd() + list.lastIndexOf(node.type === undefined ? ";" : `: ${node.type.getText()}`),
    };
    yield {
      hazard: "an argument that is needed now",
      rules: ["message-field-added-required"],
      place,
      text: module.replaced([parameters, `(${more})`]),
    };
    yield {
      hazard: "a function in a message",
      rules: ["function-in-message"],
      place,
      text: module.replaced([parameters, `(${more.replace("more: number", "done: () => void")})`]),
    };
    for (const parameter of node.parameters) {
      if (parameter.type === undefined) continue;
      const other = parameter.type.kind === ts.SyntaxKind.StringKeyword ? "number" : "string";
      yield {
        hazard: "an argument of another type",
        rules: ["message-field-type-changed"],
        place: `${place} ${parameter.getText()}`,
        text: module.replaced([parameter.type, other]),
      };
    }
    const last = node.parameters.at(-1);
    if (last !== undefined) {
      const kept = node.parameters.slice(0, -1).map((each) => each.getText());
      yield {
        hazard: "an argument that is no longer sent",
        rules: ["message-field-removed"],
        place,
        text: module.replaced([parameters, `(${kept.join(", ")})`]),
      };
    }
    if (kind === "calls" && node.type !== undefined)
      yield {
        hazard: "a reply of another type",
        rules: ["reply-type-changed"],
        place,
        text: module.replaced([node.type, node.type.kind === ts.SyntaxKind.StringKeyword ? "number" : "string"]),
      };
    const other = module.protocol?.members.find((member) => member.name?.getText() === (kind === "calls" ? "casts" : "calls"));
    if (kind !== "infos" && other !== undefined && ts.isPropertySignature(other) && other.type !== undefined) {
      const moved = without(node, module.text);
      yield {
        hazard: "a call that is a cast now, or the reverse",
        rules: ["delivery-kind-changed"],
        place,
        text: moved.replace(
          other.type.getText(),
          `${other.type.getText().slice(0, 1)} ${node.getText().replace(/;$/, "")}; ${other.type.getText().slice(1)}`,
        ),
      };
    }
  }
}

function* supervisorMistakes(module: Module): Generator<Plant> {
  for (const [hazard, pair] of [
    ["a supervisor that starts again and again", "{ restarts: 1000, within: 1000 }"],
    ["a supervisor that starts again and again", "{ restarts: 100_000, within: 60_000 }"],
    ["a supervisor that starts again and again", "{ restarts: Infinity, within: 5000 }"],
  ] as const)
    yield {
      hazard,
      rules: ["restart-intensity-unsafe"],
      place: pair,
      text: module.text.replace(/intensity: \{[^}]*\}/, `intensity: ${pair}`),
    };
  for (const statement of module.source.statements.filter(ts.isImportDeclaration)) {
    const name = statement.importClause?.name?.text;
    if (name === undefined) continue;
    yield {
      hazard: "a process without a supervisor",
      rules: ["spawn-outside-supervisor"],
      place: name,
      text: module.text
        .replace("import { child, supervisor }", "import { child, start, supervisor }")
        .replace("\nexport default", `\nvoid start(${name}, { args: [] as never, name: "alone" });\n\nexport default`),
    };
  }
}

function* recordMistakes(module: Module): Generator<Plant> {
  for (const record of module.interfaces()) yield* changedMembers(module, record, unmigrated);
}

function find<N extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is N): readonly N[] {
  const found: N[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** Whether a type stands in the state, or in a type that the state names. */
function isInState(module: Module, node: ts.Node): boolean {
  for (let at = node; at !== undefined; at = at.parent) {
    if (ts.isInterfaceDeclaration(at)) return at === module.state || (at !== module.protocol && isUsed(module, at));
    if (ts.isTypeAliasDeclaration(at)) return isUsed(module, at);
  }
  return false;
}

function isUsed(module: Module, declaration: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): boolean {
  const reached = new Set<ts.Node>(module.state === undefined ? [] : [module.state]);
  for (const each of reached)
    for (const { typeName } of find(each, ts.isTypeReferenceNode))
      for (const other of module.source.statements)
        if ((ts.isInterfaceDeclaration(other) || ts.isTypeAliasDeclaration(other)) && other.name.text === typeName.getText())
          reached.add(other);
  return reached.has(declaration);
}

function unparenthesized(body: ts.Node): string {
  return ts.isParenthesizedExpression(body) ? body.expression.getText() : body.getText();
}
