/** What was read of modules, and the way back: which of them a file has a part in. */
import type { Reading } from "./facts.ts";

export interface Known {
  readonly reading: Reading;
  /** What it depends on, itself included. */
  readonly files: ReadonlySet<string>;
  /** Whether the type checker read it. */
  readonly checked: boolean;
}

export class KnownReadings {
  readonly #known = new Map<string, Known>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #lacking = new Set<string>();

  /** The modules that have to be read. */
  get lacking(): ReadonlySet<string> {
    return this.#lacking;
  }

  has(file: string): boolean {
    return this.#known.has(file);
  }

  get(file: string): Known | undefined {
    return this.#known.get(file);
  }

  set(file: string, known: Known): void {
    this.delete(file);
    this.#lacking.delete(file);
    this.#known.set(file, known);
    for (const each of known.files) {
      const dependents = this.#dependents.get(each);
      if (dependents === undefined) this.#dependents.set(each, new Set([file]));
      else dependents.add(file);
    }
  }

  delete(file: string): void {
    const known = this.#known.get(file);
    if (known === undefined) return;
    this.#known.delete(file);
    this.#lacking.add(file);
    for (const each of known.files) {
      const dependents = this.#dependents.get(each);
      dependents?.delete(file);
      if (dependents?.size === 0) this.#dependents.delete(each);
    }
  }

  /** What names and syntax alone explained stays. */
  forgetChecked(): void {
    for (const [file, { checked }] of this.#known) if (checked) this.delete(file);
  }

  clear(): void {
    for (const file of this.#known.keys()) this.#lacking.add(file);
    this.#known.clear();
    this.#dependents.clear();
  }

  /** From now on, these are the modules; what is known of others is forgotten. */
  expect(files: readonly string[]): void {
    const expected = new Set(files);
    for (const file of this.#known.keys()) if (!expected.has(file)) this.delete(file);
    this.#lacking.clear();
    for (const file of files) if (!this.#known.has(file)) this.#lacking.add(file);
  }

  /** The modules that depend on a file, itself included where it is one. */
  dependentsOf(file: string): readonly string[] {
    return [...(this.#dependents.get(file) ?? [])];
  }

  /** Whether any but the file itself depends on it. */
  isUsed(file: string): boolean {
    for (const each of this.#dependents.get(file) ?? []) if (each !== file) return true;
    return false;
  }
}
