/**
 * Records: the named types that lie in states or travel in messages. Each is a fact of its own: where it is declared, which actors use it
 * and where, and what has changed in it since they were released.
 */
import { argumentName } from "./compare.ts";
import type { ModuleFacts } from "./facts.ts";
import type { Change } from "./model.ts";
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import { type Holder, holderKey, type Shape, children } from "./shape.ts";
import type { Location } from "./span.ts";
import { accessText, typeText } from "./type-text.ts";

export interface RecordFacts extends Location {
  readonly name: string;
  readonly uses: readonly RecordUse[];
  /** What has changed in it, by path from the record itself: `Player.level`. */
  readonly changes: readonly Change[];
}

export interface RecordUse {
  readonly module: string;
  /** As in changes: `State.players[]`, `casts.join[0]`. */
  readonly path: string;
  readonly in: "state" | "messages";
}

/** A record as one module uses it. */
export interface Used {
  readonly holder: Holder;
  readonly uses: readonly Pick<RecordUse, "path" | "in">[];
}

/** More places than anybody reads. */
const most = 20;

const known = new WeakMap<ProtocolShapes, ReadonlyMap<string, Used>>();

/** The records of one module, by key; those included of which it has only the fields. Most modules are the same from one analysis to the next. */
export function recordsIn(protocol: ProtocolShapes): ReadonlyMap<string, Used> {
  let found = known.get(protocol);
  if (found === undefined) known.set(protocol, (found = findRecords(protocol)));
  return found;
}

function findRecords(protocol: ProtocolShapes): ReadonlyMap<string, Used> {
  const found = new Map<string, { readonly holder: Holder; readonly uses: Pick<RecordUse, "path" | "in">[] }>();
  const add = (holder: Holder, use: Pick<RecordUse, "path" | "in">) => {
    const key = holderKey(holder);
    const known = found.get(key) ?? { holder, uses: [] };
    found.set(key, known);
    if (known.uses.length < most && !known.uses.some(({ path }) => path === use.path)) known.uses.push(use);
  };
  const section = (where: RecordUse["in"]) => {
    const seen = new Set<Shape>();
    return function visit(shape: Shape, path: string): void {
      if ("declared" in shape && shape.declared !== undefined && shape.name !== undefined)
        add({ name: shape.name, declared: shape.declared }, { path, in: where });
      if (seen.has(shape)) return;
      seen.add(shape);
      if (shape.kind === "object" || shape.kind === "class") {
        for (const { name, shape: inner, holder } of shape.fields) {
          if (holder !== undefined) add(holder, { path, in: where });
          visit(inner, path + accessText(name));
        }
        if (shape.kind === "object") for (const { key, value } of shape.indexes) visit(value, `${path}[${typeText(key)}]`);
      } else if (shape.kind === "builtin") {
        for (const [index, arg] of shape.args.entries()) visit(arg, `${path}<${argumentName(shape.class, index)}>`);
      } else {
        for (const [index, child] of children(shape).entries())
          visit(child, shape.kind === "array" ? `${path}[]` : shape.kind === "tuple" ? `${path}[${index}]` : path);
      }
    };
  };
  section("state")(protocol.state, "State");
  const visit = section("messages");
  for (const name of sections) {
    for (const message of protocol[name]) {
      const path = `${name}${accessText(message.name)}`;
      visit(message.args, path);
      if (message.reply !== null) visit(message.reply, `${path}()`);
    }
  }
  return found;
}

/** All records of a project, by name and place. Without the states themselves: a state is its module's. */
export function recordsOf(modules: readonly ModuleFacts[], changesIn: (key: string) => RecordFacts["changes"]): readonly RecordFacts[] {
  const found = new Map<string, { readonly holder: Holder; readonly uses: RecordUse[] }>();
  for (const { module, source } of modules) {
    for (const [key, { holder, uses }] of recordsIn(source.protocol)) {
      const record = found.get(key) ?? { holder, uses: [] };
      found.set(key, record);
      for (const use of uses) if (use.path !== "State") record.uses.push({ module: module.id, ...use });
    }
  }
  return [...found]
    .filter(([, { uses }]) => uses.length > 0)
    .map(([key, { holder, uses }]): RecordFacts => ({ name: holder.name, ...holder.declared, uses, changes: changesIn(key) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.file < other.file ? -1 : 1));
}
