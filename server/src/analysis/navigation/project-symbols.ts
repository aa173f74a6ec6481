/** What a project has to be found by its name: actors, their messages, and supervisors that are modules of their own. */
import type { Bodies } from "../bodies/bodies.ts";
import type { ModuleFacts } from "../facts.ts";
import { sections } from "../protocol-shapes.ts";
import type { Location } from "../span.ts";
import { baseName, type FileSymbol, kindOf } from "./file-symbols.ts";

export interface ProjectSymbol extends Location {
  readonly kind: Extract<FileSymbol["kind"], "actor" | "supervisor" | "call" | "cast" | "info">;
  readonly name: string;
  /** The module of an actor, the actor of a message. */
  readonly container: string;
}

export function projectSymbols(modules: readonly ModuleFacts[], bodies: Bodies): readonly ProjectSymbol[] {
  const actors = modules.flatMap(symbolsOf);
  const supervisors = bodies
    .all("supervisors")
    .flatMap(({ file, facts }) =>
      facts
        .filter(({ exported }) => exported)
        .map(({ range }): ProjectSymbol => ({ kind: "supervisor", name: baseName(file), container: "supervisor", file, range })),
    );
  return [...actors, ...supervisors];
}

/**
 * Those whose name has the query's letters in its order, as far as a person can look at them: the best first. What begins with it is better
 * than what has it within, and that is better than what has its letters here and there. `Room.join` asks for one actor's message.
 */
export function matching(symbols: readonly ProjectSymbol[], query: string, most = 200): readonly ProjectSymbol[] {
  const wanted = query.toLowerCase().replaceAll(/\s/g, "");
  const found = symbols.flatMap((symbol) => {
    const rank = rankOf(wanted.includes(".") ? `${symbol.container}.${symbol.name}` : symbol.name, wanted);
    return rank === null ? [] : [{ symbol, rank }];
  });
  return found
    .toSorted(
      (one, other) => one.rank - other.rank || one.symbol.name.length - other.symbol.name.length || compare(one.symbol, other.symbol),
    )
    .slice(0, most)
    .map(({ symbol }) => symbol);
}

/** By actors, for as long as nothing was read of them anew. */
const known = new WeakMap<ModuleFacts, readonly ProjectSymbol[]>();

function symbolsOf(facts: ModuleFacts): readonly ProjectSymbol[] {
  let symbols = known.get(facts);
  if (symbols === undefined) known.set(facts, (symbols = readSymbols(facts)));
  return symbols;
}

function readSymbols({ source, module }: ModuleFacts): readonly ProjectSymbol[] {
  const { protocol } = source;
  const name = protocol.name === "unknown" ? baseName(module.file) : protocol.name;
  const actor = { file: module.file, range: module.ranges.actor };
  const messages = sections.flatMap((section) =>
    protocol[section].map((message): ProjectSymbol => ({
      kind: kindOf[section],
      name: message.name,
      container: name,
      ...(message.declared ?? actor),
    })),
  );
  return [{ kind: "actor", name, container: module.id, ...actor }, ...messages];
}

/** Null where it does not fit. */
function rankOf(name: string, wanted: string): number | null {
  const text = name.toLowerCase();
  if (text.startsWith(wanted)) return 0;
  if (text.includes(wanted)) return 1;
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return null;
  }
  return 2;
}

function compare(one: ProjectSymbol, other: ProjectSymbol): number {
  const key = ({ name, container, file }: ProjectSymbol) => `${name} ${container} ${file}`;
  return key(one) < key(other) ? -1 : 1;
}
