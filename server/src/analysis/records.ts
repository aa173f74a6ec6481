/** Which records a module uses, and where: the named types that lie in its state or travel in its messages. */
import { argumentName } from "./compare.ts";
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import { type Holder, holderKey, type Shape, children } from "./shape.ts";
import { accessText, typeText } from "./type-text.ts";

export interface RecordPlace {
  /** As in changes: `State.players[]`, `casts.join[0]`. */
  readonly path: string;
  readonly in: "state" | "messages";
}

/** A record as one module uses it. */
export interface Used {
  readonly holder: Holder;
  readonly uses: readonly RecordPlace[];
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
  const found = new Map<string, { readonly holder: Holder; readonly uses: RecordPlace[] }>();
  const add = (holder: Holder, use: RecordPlace) => {
    const key = holderKey(holder);
    const known = found.get(key) ?? { holder, uses: [] };
    found.set(key, known);
    if (known.uses.length < most && !known.uses.some(({ path }) => path === use.path)) known.uses.push(use);
  };
  const section = (where: RecordPlace["in"]) => {
    const seen = new Set<Shape>();
    return function visit(shape: Shape, path: string): void {
      if ("declared" in shape && shape.declared !== undefined && shape.name !== undefined)
        add({ name: shape.name, declared: shape.declared }, { path, in: where });
      if (seen.has(shape)) return;
      seen.add(shape);
      if (shape.kind === "object" || shape.kind === "class") {
        let last: Holder | undefined;
        for (const { name, shape: inner, holder } of shape.fields) {
          // Mostly one declaration has them all.
          if (holder !== undefined && holder !== last) add(holder, { path, in: where });
          last = holder ?? last;
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
