/** `savedRecipes`: what was saved of live states, as recipes, so that steps run on them as on states that are made. */
import type { Packed, PackedNode } from "../../../runtime/src/pack-values.ts";
import type { Corpus, PackedState } from "../../../runtime/src/state-corpus.ts";
import { shapeHash } from "../analysis/shape.ts";
import type { Opaque, Recipe } from "./recipe.ts";
import type { ModuleToProve } from "./report.ts";

export interface SavedRecipe {
  readonly vsn: number;
  readonly recipe: Recipe;
  /** As in the corpus. */
  readonly file: string;
}

/** And those that cannot be used, with the reason as a part of a sentence. */
export function savedRecipes(
  { shapes, vsn: current }: Pick<ModuleToProve, "shapes" | "vsn">,
  { states, damaged }: Corpus,
): { readonly usable: readonly SavedRecipe[]; readonly skipped: readonly { readonly file: string; readonly why: string }[] } {
  const usable: SavedRecipe[] = [];
  const skipped = [...damaged];
  for (const saved of states) {
    const { vsn, shape, file } = saved;
    const known = shapes.get(vsn);
    if (known === undefined) {
      const why = vsn > (current ?? 0) ? `there is no version ${vsn} yet` : `version ${vsn} has no release snapshot that can be read`;
      skipped.push({ file, why });
    } else if (shape !== null && shape !== shapeHash(known))
      skipped.push({ file, why: `states of version ${vsn} have another shape by now` });
    else {
      const recipe = new RecipeMaker(saved).make();
      if (recipe instanceof Unusable) skipped.push({ file, why: recipe.message });
      else usable.push({ vsn, recipe, file });
    }
  }
  return { usable, skipped };
}

class Unusable extends Error {}

class RecipeMaker {
  readonly #saved: PackedState;
  readonly #open = new Set<number>();
  #made = 0;

  constructor(saved: PackedState) {
    this.#saved = saved;
  }

  make(): Recipe | Unusable {
    try {
      return this.#value(this.#saved.state, "State");
    } catch (error) {
      if (error instanceof Unusable) return error;
      if (error instanceof RangeError) return new Unusable("it is too deep");
      throw error;
    }
  }

  #value(packed: Packed, path: string): Recipe {
    if (packed === null || typeof packed !== "object") return packed;
    const [first, text = ""] = packed as readonly [number | string, string?];
    if (first === "number") return Number(text);
    if (typeof first === "string") return first === "bigint" ? BigInt(text) : undefined;
    const node = this.#saved.nodes[first];
    if (node === undefined) throw new Unusable("a part of it is missing");
    if (this.#open.has(first)) throw new Unusable(`it refers to itself at ${path}`);
    if (++this.#made > mostValues) throw new Unusable("it is too large");
    this.#open.add(first);
    const made = this.#node(node, path);
    this.#open.delete(first);
    return made;
  }

  #node(node: PackedNode, path: string): Recipe {
    switch (node[0]) {
      case "object":
      case "bare":
        return { kind: "object", entries: node[1].map(([key, value]) => [key, this.#value(value, `${path}.${key}`)]) };
      case "array": {
        const items: Recipe[] = Array.from({ length: node[1] }, () => undefined);
        for (const [key, value] of node[2]) if (/^\d+$/.test(key)) items[Number(key)] = this.#value(value, `${path}[${key}]`);
        return { kind: "array", items };
      }
      case "map":
        return {
          kind: "map",
          entries: node[1].map(([key, value]) => [this.#value(key, `${path}.keys()`), this.#value(value, `${path}.values()`)]),
        };
      case "set":
        return { kind: "set", items: node[1].map((value) => this.#value(value, `${path}.values()`)) };
      case "date":
        return { kind: "date", time: Number(this.#value(node[1], path)) };
      case "regexp":
        return { kind: "pattern", source: node[1], flags: node[2] };
      case "buffer":
        return { kind: "bytes", class: "Buffer", items: [...Buffer.from(node[1], "base64")] };
      case "bytes":
        return { kind: "bytes", class: "ArrayBuffer", items: [...Buffer.from(node[1], "base64")] };
      case "view":
        return { kind: "bytes", class: node[1], items: this.#viewed(node) };
      case "error":
        return { kind: "error", class: node[1] in globalThis ? node[1] : "Error", message: messageOf(node[2]) };
      case "pid":
        return { kind: "pid", number: Number(/\d+(?=>$)/.exec(node[1])?.[0] ?? 0), protocol: "a process" };
      case "handle":
        return opaque("object", `the handle of ${node[1]}`, path);
      case "mfa":
        return opaque("function", `mfa(${node[1]}, ${node[2]})`, path);
      default:
        return opaque("object", node[0] === "caller" ? "a caller" : "a monitor", path);
    }
  }

  #viewed([, name, packed, offset, length]: Extract<PackedNode, readonly ["view", ...unknown[]]>): number[] {
    const bytes = Array.isArray(packed) ? this.#saved.nodes[packed[0] as number] : undefined;
    if (bytes?.[0] !== "bytes") throw new Unusable("a part of it is missing");
    const { buffer } = Uint8Array.from(Buffer.from(bytes[1], "base64"));
    if (name === "DataView") return [...new Uint8Array(buffer, offset, length)];
    const View = (globalThis as unknown as Record<string, new (...args: unknown[]) => Iterable<number | bigint>>)[name];
    return View === undefined ? [] : [...new View(buffer, offset, length)].map(Number);
  }
}

function opaque(is: Opaque["is"], what: string, path: string): Opaque {
  return { kind: "opaque", is, what, path, class: null, fields: [] };
}

function messageOf(fields: readonly (readonly [string, Packed])[]): string {
  return String(fields.find(([key]) => key === "message")?.[1] ?? "");
}

/** One value may lie in several places of a state, and a recipe has it in each. */
const mostValues = 100_000;
