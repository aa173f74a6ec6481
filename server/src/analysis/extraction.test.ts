/**
 * What the extraction makes of each sort of type: the snapshot's text, which reads back as the identical shape, and the verdicts in both
 * directions against an edit of it. All cases are read in one analysis, each in a folder of its own.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ReadShape, readShapes } from "../../../test/support/read-shapes.ts";
import { compareShapes } from "./compare.ts";
import type { Verdict } from "./model.ts";
import { endless, type Shape, children, shapeHash } from "./shape.ts";

interface Case {
  readonly topic: string;
  readonly old: string;
  readonly now: string;
  readonly up: Verdict;
  readonly down: Verdict;
  /** Of the old version, in one line. */
  readonly snapshot: string;
  readonly beside?: Readonly<Record<string, string>>;
  /** What the edit changes beside it. */
  readonly nowBeside?: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    topic: "template literals",
    old: "export interface State { t: `a${string}`; u: `${number}px`; v: `${'a' | 'b'}-${1 | 2}`; w: `id:${bigint}:${boolean}` }",
    now: "export interface State { t: `ab${string}`; u: `${number}px`; v: `${'a' | 'b'}-${1 | 2}`; w: `id:${bigint}:${boolean}` }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      'export interface State { t: `a${string}`; u: `${number}px`; v: "a-1" | "a-2" | "b-1" | "b-2"; w: `id:${bigint}:false` | `id:${bigint}:true`; }',
  },
  {
    topic: "strings in another case",
    old: "export interface State { x: Uppercase<string>; y: Capitalize<`a${string}`>; z: Lowercase<'ABC'> }",
    now: "export interface State { x: string; y: string; z: string }",
    up: "compatible",
    down: "incompatible",
    snapshot: 'export interface State { x: Uppercase<string>; y: `A${string}`; z: "abc"; }',
  },
  {
    topic: "optional fields",
    old: "export interface State { a?: string; b?: string | undefined; c: string | undefined; d?: null; e?: never }",
    now: "export interface State { a?: string; b: string | undefined; c: string | undefined; d?: null; e?: never }",
    up: "incompatible",
    down: "compatible",
    snapshot: "export interface State { a?: string; b?: string; c: string | undefined; d?: null; e?: never; }",
  },
  {
    topic: "undefined and void",
    old: "export interface State { a: void; b: undefined; c: null | undefined; d: [undefined?] }",
    now: "export interface State { a: undefined; b: void; c: null; d: [undefined?] }",
    up: "incompatible",
    down: "compatible",
    snapshot: "export interface State { a: undefined; b: undefined; c: null | undefined; d: [never?]; }",
  },
  {
    topic: "index signatures",
    old: "export interface State { [key: string]: number; [at: number]: 1 }",
    now: "export interface State { [key: string]: number }",
    up: "compatible",
    down: "incompatible",
    snapshot: "export interface State { [key: string]: number; [key: number]: 1; }",
  },
  {
    topic: "index signatures by symbol and template",
    old: "export interface State { [s: symbol]: number; [t: `data-${string}`]: string; a: 1 }",
    now: "export interface State { [s: symbol]: number; [t: `data-${string}`]: string | number; a: 1 }",
    up: "compatible",
    down: "incompatible",
    snapshot: "export interface State { [key: symbol]: number; [key: `data-${string}`]: string; a: 1; }",
  },
  {
    topic: "records",
    old: "export interface State { r: Record<`x${number}`, boolean>; s: Record<'a' | 'b', number>; t: Partial<Record<string, Date>>; u: { [key: string & { __brand: 'key' }]: 1 } }",
    now: "export interface State { r: Record<`x${number}`, boolean>; s: Record<'a' | 'b' | 'c', number>; t: Partial<Record<string, Date>>; u: { [key: string & { __brand: 'key' }]: 1 } }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      'export interface State { r: { [key: `x${number}`]: boolean }; s: { a: number; b: number }; t: { [key: string]: Date | undefined }; u: { [key: string & { __brand: "key" }]: 1 }; }',
  },
  {
    topic: "enums",
    old: "export enum Color { Red, Green = 5, Blue } export interface State { c: Color; d: Color.Red; e: Color | null; f: Record<Color, string>; h: keyof typeof Color; i: `${Color}` }",
    now: "export enum Color { Red, Yellow, Green = 5, Blue } export interface State { c: Color; d: Color.Red; e: Color | null; f: Record<Color, string>; h: keyof typeof Color; i: `${Color}` }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      'export interface State { c: Color; d: Color.Red; e: Color | null; f: { "0": string; "5": string; "6": string }; h: "Blue" | "Green" | "Red"; i: "0" | "5" | "6"; } declare enum Color { Red = 0, Green = 5, Blue = 6, }',
  },
  {
    topic: "enums with strings and odd names",
    old: "export enum E { A = 1, B = 2, AB = A | B, C = 'c', 'a b' = -1, F = 1.5 } export interface State { e: E; f: E.AB | E.F; m: Map<E, E.C> }",
    now: "export enum E { A = 1, B = 2, AB = A | B, C = 'c', 'a b' = -1, F = 2.5 } export interface State { e: E; f: E.AB | E.F; m: Map<E, E.C> }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      'export interface State { e: E; f: E.AB | E.F; m: Map<E, E.C>; } declare enum E { A = 1, B = 2, AB = 3, C = "c", "a b" = -1, F = 1.5, }',
  },
  {
    topic: "enums of one member, of none, and const ones",
    old: "export enum One { Only } export enum Empty {} declare const enum C { A = 1 } export interface State { o: One; p: One.Only; e: Empty; c: C }",
    now: "declare const enum C { A = 1 } export interface State { o: 0; p: 0; e: never; c: C }",
    up: "compatible",
    down: "compatible",
    snapshot:
      "export interface State { o: One; p: One; e: Empty; c: C; } declare enum One { Only = 0, } declare enum Empty {} declare enum C { A = 1, }",
  },
  {
    topic: "enums whose values are computed when the program runs",
    old: "const n = Math.random(); export enum C { A = n, B = 2 } export interface State { c: C }",
    now: "export interface State { c: number }",
    up: "compatible",
    down: "compatible",
    snapshot: "export interface State { c: number; }",
  },
  {
    topic: "classes",
    old: "export class P { private x = 1; #y: string[] = []; protected z?: Date; static s = 1; readonly r = 1 as const; constructor(public q: number, private readonly w: bigint) {} get double() { return 1 } m(): void {} } export interface State { p: P | undefined }",
    now: "export class P { private x = 1; #y: number[] = []; protected z?: Date; static s = 2; readonly r = 1 as const; constructor(public q: number, private readonly w: bigint) {} get double() { return 1 } m(): void {} } export interface State { p: P | undefined }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { p: P | undefined; } /** @class P @module case */ declare class P { x: number; #y: string[]; z?: Date; readonly r: 1; q: number; readonly w: bigint; double: number; m: () => void; }",
  },
  {
    topic: "class identity",
    old: "class A { v = 1 } export interface State { a: A }",
    now: "class B { v = 1 } export interface State { a: B }",
    up: "incompatible",
    down: "incompatible",
    snapshot: "export interface State { a: A; } /** @class A @module case */ declare class A { v: number; }",
  },
  {
    topic: "generic and derived classes",
    old: "class Base<T> { v!: T } class Sub extends Base<string> { w = 1 } abstract class Abstract { abstract a: number } export interface State { s: Sub; b: Base<number>; c: Base<Sub>; d: Abstract }",
    now: "class Base<T> { v!: T } class Sub extends Base<string> { w = 1 } abstract class Abstract { abstract a: number } export interface State { s: Base<string>; b: Base<number>; c: Base<Sub>; d: Abstract }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { s: Sub; b: Base; c: Base2; d: Abstract; } /** @class Sub @module case @bases Base */ declare class Sub { w: number; v: string; } /** @class Base @module case */ declare class Base { v: number; } /** @class Base @module case */ declare class Base2 { v: Sub; } /** @class Abstract @module case */ declare class Abstract { a: number; }",
  },
  {
    topic: "classes that refer to themselves",
    old: "class Node { self?: this; next: Node | null = null; fluent(): this { return this } } export interface State { n: Node }",
    now: "class Node { self?: this; next: Node = this; fluent(): this { return this } } export interface State { n: Node }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      "export interface State { n: Node; } /** @class Node @module case */ declare class Node { self?: Node; next: Node | null; fluent: () => Node; }",
  },
  {
    topic: "classes that extend the platform's",
    old: "class M extends Map<string, Date> { extra = 1 } class E extends TypeError { code = 1 } class L<T> extends Array<T> { tag = 1 } class P extends Promise<string> {} export interface State { m: M; e: E; l: L<number>; p: P }",
    now: "class M extends Map<string, number> { extra = 1 } class E extends TypeError { code = 1 } class L<T> extends Array<T> { tag = 1 } class P extends Promise<string> {} export interface State { m: M; e: E; l: L<number>; p: P }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { m: M; e: E; l: L; p: P; } /** @class M @module case @bases Map */ declare class M extends Map<string, Date> { extra: number; readonly size: number; } /** @class E @module case @bases TypeError Error */ declare class E extends TypeError { code: number; name: string; message: string; stack?: string; cause?: unknown; } /** @class L @module case @bases Array */ declare class L extends Array<number> { tag: number; length: number; } /** @class P @module case @bases Promise */ declare class P extends Promise<string> {}",
  },
  {
    topic: "interfaces that extend the platform's",
    old: "export interface State extends Map<string, number> { extra: 1 }",
    now: "export interface State extends Map<string, string> { extra: 1 }",
    up: "incompatible",
    down: "incompatible",
    snapshot: "export type State = Map<string, number> & { extra: 1 };",
  },
  {
    topic: "interfaces that are the platform's by another name",
    old: "interface Names extends Array<string> {} export interface State { n: Names; m: RegExpMatchArray }",
    now: "export interface State { n: string[]; m: RegExpMatchArray }",
    up: "compatible",
    down: "compatible",
    snapshot:
      'export interface State { n: string[]; m: string[] & { index?: number; input?: string; "0": string; groups?: { [key: string]: string }; indices?: ([number, number] | undefined)[] & { groups?: { [key: string]: [number, number] } } }; }',
  },
  {
    topic: "functions",
    old: "export interface State { f?(): void; readonly g: (x: number) => string; h: ((a: string) => void) | null; i: Array<() => void>; k(this: State, ...rest: [a: number, b?: string]): void; l: <T extends string>(x: T) => T[]; m: (x?: number) => x is number; n: Function; o: { (x: 1): 2; (x: 3): 4 } }",
    now: "export interface State { f?(): void; readonly g: (x: number | null) => string; h: ((a: string) => void) | null; i: Array<() => void>; k(this: State, ...rest: [a: number, b?: string]): void; l: <T extends string>(x: T) => T[]; m: (x?: number) => x is number; n: Function; o: { (x: 1): 2; (x: 3): 4 } }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      "export interface State { f?: () => void; readonly g: (x: number) => string; h: ((a: string) => void) | null; i: (() => void)[]; k: (a: number, b?: string) => void; l: (x: string) => string[]; m: (x?: number) => boolean; n: Function; o: { (x: 1): 2; (x: 3): 4 }; }",
  },
  {
    topic: "constructors, and functions with properties",
    old: "class Box { static made = 1; x = 1 } export interface State { b: typeof Box; c: abstract new (x: number) => Box; d: { (x: 1): 2; prop: string } }",
    now: "class Box { static made = 1; x = 1 } export interface State { b: typeof Box; c: () => Box; d: { (x: 1): 2; prop: string } }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { b: (new () => Box) & { made: number }; c: new (x: number) => Box; d: ((x: 1) => 2) & { prop: string }; } /** @class Box @module case */ declare class Box { x: number; }",
  },
  {
    topic: "promises",
    old: "export interface State { p: Promise<number>; q: PromiseLike<string>; r: Promise<void>[] }",
    now: "export interface State { p: Promise<number | string>; q: PromiseLike<string>; r: Promise<void>[] }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { p: Promise<number>; q: { then: (onfulfilled?: ((value: string) => unknown | Recursive) | null, onrejected?: ((reason: unknown) => unknown | Recursive) | null) => Recursive2 }; r: Promise<undefined>[]; } interface Recursive { then: (onfulfilled?: ((value: unknown) => unknown | Recursive) | null, onrejected?: ((reason: unknown) => unknown | Recursive) | null) => Recursive2; } interface Recursive2 { then: (onfulfilled?: ((value: unknown | unknown) => unknown | Recursive) | null, onrejected?: ((reason: unknown) => unknown | Recursive) | null) => Recursive2; }",
  },
  {
    topic: "the platform's classes",
    old: "export interface State { a: Map<string, Date>; b: Set<number>; c: WeakMap<object, 1>; d: RegExp; e: Error; g: Uint8Array; h: ArrayBuffer; l: WeakRef<Date>; n: Intl.NumberFormat; o: ReadonlyMap<string, readonly string[]>; w: WeakSet<Date> }",
    now: "export interface State { a: Map<string, Date>; b: Set<number>; c: WeakMap<object, 1>; d: RegExp; e: TypeError; g: Uint8Array; h: ArrayBuffer; l: WeakRef<Date>; n: Intl.NumberFormat; o: ReadonlyMap<string, readonly string[]>; w: WeakSet<Date> }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      "export interface State { a: Map<string, Date>; b: Set<number>; c: WeakMap<object, 1>; d: RegExp; e: Error; g: Uint8Array; h: ArrayBuffer; l: WeakRef<Date>; n: Intl.NumberFormat; o: ReadonlyMap<string, readonly string[]>; w: WeakSet<Date>; }",
  },
  {
    topic: "interfaces of the platform that anything may implement",
    old: "export interface State { it: Iterable<number>; al: ArrayLike<string>; g: Generator<number>; ai: AsyncIterable<Date> }",
    now: "export interface State { it: Iterable<number>; al: ArrayLike<number>; g: Generator<number>; ai: AsyncIterable<Date> }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { it: { [Symbol.iterator]: () => { next: (...__0: unknown[]) => { done: true; value: unknown } | { done?: false; value: number }; return?: (value?: unknown) => { done: true; value: unknown } | { done?: false; value: number }; throw?: (e?: unknown) => { done: true; value: unknown } | { done?: false; value: number } } }; al: { readonly [key: number]: string; readonly length: number }; g: Recursive; ai: { [Symbol.asyncIterator]: () => { next: (...__0: unknown[]) => Promise<{ done: true; value: unknown } | { done?: false; value: Date }>; return?: (value?: unknown) => Promise<{ done: true; value: unknown } | { done?: false; value: Date }>; throw?: (e?: unknown) => Promise<{ done: true; value: unknown } | { done?: false; value: Date }> } }; } interface Recursive { next: (...__0: unknown[]) => { done: true; value: unknown } | { done?: false; value: number }; return: (value: unknown) => { done: true; value: unknown } | { done?: false; value: number }; throw: (e: unknown) => { done: true; value: unknown } | { done?: false; value: number }; [Symbol.iterator]: () => Recursive; }",
  },
  {
    topic: "brands",
    old: "type Id = string & { readonly __brand: 'Id' }; type Two = `id-${string}` & { __a: 1 } & { __b: 2 }; declare const sym: unique symbol; type Secret = number & { readonly [sym]: 1 }; export interface State { a: Id; b: Id | null; c: Two; d: Map<Id, Secret>; e: 'a' | (string & {}) }",
    now: "type Id = string & { readonly __brand: 'Id' }; type Two = `id-${string}` & { __a: 1 } & { __b: 2 }; declare const sym: unique symbol; type Secret = number & { readonly [sym]: 1 }; export interface State { a: string; b: string | null; c: `id-${string}`; d: Map<string, number>; e: string }",
    up: "compatible",
    down: "unknown",
    snapshot:
      'export interface State { a: Id; b: Id | null; c: Two; d: Map<Id, Secret>; e: "a" | string; } type Id = string & { readonly __brand: "Id" }; type Two = `id-${string}` & { __a: 1; __b: 2 }; type Secret = number & { readonly [sym]: 1 }; declare const sym: unique symbol;',
  },
  {
    topic: "unique symbols",
    old: "export const one = Symbol('one'); export const two: unique symbol = Symbol.for('two'); export interface State { a: typeof one; [one]: string; [two]?: number; [Symbol.toStringTag]: 'x' }",
    now: "export const one = Symbol('one'); export const two: unique symbol = Symbol.for('two'); export interface State { a: symbol; [one]: string; [two]?: number; [Symbol.toStringTag]: 'x' }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      'export interface State { a: typeof one; [one]: string; [two]?: number; [Symbol.toStringTag]: "x"; } declare const one: unique symbol; declare const two: unique symbol;',
  },
  {
    topic: "symbols of one name as keys of one object",
    old: "import { key } from './one'; import { key as other } from './two'; export interface State { [key]: 1; [other]: 2 }",
    now: "import { key } from './one'; export interface State { [key]: 1 }",
    up: "compatible",
    down: "incompatible",
    snapshot: "export interface State { [key]: 1; [key_2]: 2; } declare const key: unique symbol; declare const key_2: unique symbol;",
    beside: { "one.ts": "export const key = Symbol();", "two.ts": "export const key = Symbol();" },
  },
  {
    topic: "recursion",
    old: "interface Tree { value: number; children: Tree[]; parent: Tree | null } type Json = string | number | boolean | null | Json[] | { [key: string]: Json }; interface A { b: B | null } interface B { a: A[] } export interface State { t: Tree; j: Json; a: A }",
    now: "interface Tree { value: number; children: Tree[]; parent: Tree } type Json = string | number | boolean | null | Json[] | { [key: string]: Json }; interface A { b: B | null } interface B { a: A[] } export interface State { t: Tree; j: Json; a: A }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      "export interface State { t: Tree; j: Json; a: A; } interface Tree { value: number; children: Tree[]; parent: Tree | null; } type Json = boolean | number | string | Json[] | { [key: string]: Json } | null; interface A { b: B | null; } interface B { a: A[]; }",
  },
  {
    topic: "generics",
    old: "interface List<T> { head: T; tail: List<T> | null } type Tree<T> = T | { l: Tree<T>; r: Tree<T> }; interface Leaf { leaf: true } type A<T> = { v: T; b: B<T> | null }; type B<T> = { w: T[]; a: A<T> }; export interface State<S = string> { l: List<List<S>>; t: Tree<Leaf>; a: A<S> }",
    now: "interface List<T> { head: T; tail: List<T> | null } type Tree<T> = T | { l: Tree<T>; r: Tree<T> }; interface Leaf { leaf: boolean } type A<T> = { v: T; b: B<T> | null }; type B<T> = { w: T[]; a: A<T> }; export interface State<S = string> { l: List<List<S>>; t: Tree<Leaf>; a: A<S> }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { l: List; t: Tree; a: A; } interface List { head: List2; tail: List | null; } interface List2 { head: string; tail: List2 | null; } type Tree = Leaf | { l: Tree; r: Tree }; interface Leaf { leaf: true; } interface A { v: string; b: B | null; } interface B { w: string[]; a: A; }",
  },
  {
    topic: "generics that never end",
    old: "interface Nest<T> { v: T; inner?: Nest<[T]> } type Grow<T> = { v: T; next: Grow<{ w: T }> | null }; export interface State { n: Nest<number>; g: Grow<1> }",
    now: "interface Nest<T> { v: T; inner?: Nest<[T]> } type Grow<T> = { v: T; next: Grow<{ w: T }> | null }; export interface State { n: Nest<string>; g: Grow<1> }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { n: Nest; g: Grow; } interface Nest { v: number; inner?: Nest2; } interface Nest2 { v: [number]; inner?: Nest3; } interface Nest3 { v: [[number]]; inner?: unknown; } interface Grow { v: 1; next: Grow2 | null; } interface Grow2 { v: { w: 1 }; next: Grow3 | null; } interface Grow3 { v: { w: { w: 1 } }; next: unknown | null; }",
  },
  {
    topic: "generics that nest deeply, and end",
    old: "type Deep<T> = { readonly [K in keyof T]: Deep<T[K]> }; type Fixed<N extends number, T, R extends T[] = []> = R['length'] extends N ? R : Fixed<N, T, [...R, T]>; export interface State { d: Deep<{ a: { b: { c: { d: { e: { f: 1 } } } } } }>; m: Map<string, Map<string, Map<string, Map<string, number[][][][]>>>>; f: Fixed<5, string> }",
    now: "type Deep<T> = { readonly [K in keyof T]: Deep<T[K]> }; type Fixed<N extends number, T, R extends T[] = []> = R['length'] extends N ? R : Fixed<N, T, [...R, T]>; export interface State { d: Deep<{ a: { b: { c: { d: { e: { f: 1 } } } } } }>; m: Map<string, Map<string, Map<string, Map<string, string[][][][]>>>>; f: Fixed<5, string> }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { d: Deep; m: Map<string, Map<string, Map<string, Map<string, number[][][][]>>>>; f: [string, string, string, string, string]; } interface Deep { a: Deep2; } interface Deep2 { b: Deep3; } interface Deep3 { c: Deep4; } interface Deep4 { d: Deep5; } interface Deep5 { e: Deep6; } interface Deep6 { f: 1; }",
  },
  {
    topic: "mapped types",
    old: "type Partly<T> = { [K in keyof T]?: T[K] }; type Getters<T> = { readonly [K in keyof T as `get${Capitalize<string & K>}`]-?: () => T[K] }; interface X { a?: 1; b: string } export interface State { p: Partly<X>; g: Getters<X>; r: Required<X>; s: Readonly<X>; t: Pick<X, 'a'>; u: Omit<X, 'a'> }",
    now: "type Partly<T> = { [K in keyof T]?: T[K] }; type Getters<T> = { readonly [K in keyof T as `get${Capitalize<string & K>}`]-?: () => T[K] }; interface X { a?: 1; b: string } export interface State { p: Partly<X>; g: Getters<X>; r: X; s: Readonly<X>; t: Pick<X, 'a'>; u: Omit<X, 'a'> }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { p: Partly; g: Getters; r: { a: 1; b: string }; s: { a?: 1; b: string }; t: { a?: 1 }; u: { b: string }; } interface Partly { a?: 1; b?: string; } interface Getters { getA: () => 1 | undefined; getB: () => string; }",
  },
  {
    topic: "conditional types",
    old: "type C<T> = T extends string ? { s: T } : T extends (infer U)[] ? { u: U } : never; type Path<T> = T extends object ? { [K in keyof T & string]: K | `${K}.${Path<T[K]>}` }[keyof T & string] : never; export interface State { a: C<'x'>; b: C<number[]>; c: C<'x' | 1[]>; d: C<boolean>; p: Path<{ a: { b: 1; c: { d: 2 } } }> }",
    now: "type C<T> = T extends string ? { s: string } : T extends (infer U)[] ? { u: U } : never; type Path<T> = T extends object ? { [K in keyof T & string]: K | `${K}.${Path<T[K]>}` }[keyof T & string] : never; export interface State { a: C<'x'>; b: C<number[]>; c: C<'x' | 1[]>; d: C<boolean>; p: Path<{ a: { b: 1; c: { d: 2 } } }> }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      'export interface State { a: { s: "x" }; b: { u: number }; c: { s: "x" } | { u: 1 }; d: never; p: "a" | "a.b" | "a.c" | "a.c.d"; }',
  },
  {
    topic: "intersections",
    old: "class K { k = 1 } export interface State { a: { x: 1 } & { y: 2 }; b: ({ k: 'a' } | { k: 'b' }) & { z: 3 }; c: { x: string } & { x: 'lit' }; d: string & number; e: { a: 1 } & Record<string, number>; f: (() => void) & { extra: 1 }; g: Map<string, 1> & { tag: 2 }; h: string[] & { extra: 1 }; i: K & { more: 1 } }",
    now: "class K { k = 1 } export interface State { a: { x: 1; y: 2 }; b: { k: 'a'; z: 3 } | { k: 'b'; z: 3 }; c: { x: 'lit' }; d: never; e: { a: 1; [key: string]: number }; f: () => void; g: Map<string, 1>; h: string[]; i: K }",
    up: "compatible",
    down: "unknown",
    snapshot:
      'export interface State { a: { x: 1; y: 2 }; b: { k: "a"; z: 3 } | { k: "b"; z: 3 }; c: { x: "lit" }; d: never; e: { [key: string]: number; a: 1 }; f: (() => void) & { extra: 1 }; g: Map<string, 1> & { tag: 2 }; h: string[] & { extra: 1 }; i: K & { more: 1 }; } /** @class K @module case */ declare class K { k: number; }',
  },
  {
    topic: "arrays and tuples",
    old: "export interface State { a: readonly string[]; b: readonly [x: number, y?: string, ...z: boolean[]]; c: [...string[], number]; d: [number, ...string[], boolean]; e: []; f: [1?, 2?]; g: ReadonlyArray<[1]>; h: never[] }",
    now: "export interface State { a: string[]; b: readonly [x: number, y?: string, ...z: boolean[]]; c: [...string[], number]; d: [number, ...string[], boolean]; e: []; f: [1?, 2?, 3?]; g: ReadonlyArray<[1]>; h: string[] }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { a: readonly string[]; b: readonly [x: number, y?: string, ...z: boolean[]]; c: [...string[], number]; d: [number, ...string[], boolean]; e: []; f: [1?, 2?]; g: readonly [1][]; h: never[]; }",
  },
  {
    topic: "literals",
    old: "export interface State { a: string | number | boolean; b: true | 'x'; c: false | null; e: 1 | 2 | 3; f: 1n | -2n; g: 1e21 | 0.1 | -1; h: '\\u2028' | `\\n'\"\\`\\${` }",
    now: "export interface State { a: string | number | boolean; b: true | 'x'; c: false | null; e: 1 | 2; f: 1n | -2n; g: 1e21 | 0.1 | -1; h: string }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      'export interface State { a: boolean | number | string; b: "x" | true; c: false | null; e: 1 | 2 | 3; f: -2n | 1n; g: -1 | 0.1 | 1e+21; h: "\\n\'\\"`${" | " "; }',
  },
  {
    topic: "odd names of fields",
    old: "export interface State { 'a b': 1; 0: 2; '': 4; constructor: 5; '__proto__': 6; 'readonly': 7; é: 8; 'a\"b': 11; get: 12; '[x y]': 13 }",
    now: "export interface State { 'a b': 1; 0: 2; '': 4; constructor: 5; '__proto__': 6; 'readonly': 7; é: 8; 'a\"b': 11; get: 12; '[x y]': 14 }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      'export interface State { "a b": 1; "0": 2; "": 4; constructor: 5; __proto__: 6; readonly: 7; é: 8; "a\\"b": 11; get: 12; "[x y]": 13; }',
  },
  {
    topic: "inferred types",
    old: "const v = { a: 1, b: 'x' as const, n: { d: new Date() } }; class K { x = 1; y = [v] } const list = ['a', 'b'] as const; function f(x: number) { return { x, y: [x] } } export interface State { a: ReturnType<typeof f>; b: typeof v; c: Parameters<typeof f>; d: Awaited<Promise<Date>>; e: InstanceType<typeof K>; g: (typeof list)[number]; h: keyof typeof v }",
    now: "const v = { a: 1, b: 'x' as const, n: { d: new Date() } }; class K { x = 1; y = [v] } const list = ['a', 'b'] as const; function f(x: number) { return { x, y: [x, null] } } export interface State { a: ReturnType<typeof f>; b: typeof v; c: Parameters<typeof f>; d: Awaited<Promise<Date>>; e: InstanceType<typeof K>; g: (typeof list)[number]; h: keyof typeof v }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      'export interface State { a: { x: number; y: number[] }; b: { a: number; b: "x"; n: { d: Date } }; c: [x: number]; d: Date; e: K; g: "a" | "b"; h: "a" | "b" | "n"; } /** @class K @module case */ declare class K { x: number; y: { a: number; b: "x"; n: { d: Date } }[]; }',
  },
  {
    topic: "accessors and inherited fields",
    old: "interface Base<T> { v: T } interface Other { readonly [at: number]: string } export interface State extends Base<number>, Other { get a(): string; set a(v: string | number); readonly own: 1 }",
    now: "interface Base<T> { v: T } interface Other { readonly [at: number]: string } export interface State extends Base<number>, Other { get a(): string; set a(v: string | number); readonly own: 2 }",
    up: "incompatible",
    down: "incompatible",
    snapshot: "export interface State { readonly [key: number]: string; a: string; readonly own: 1; v: number; }",
  },
  {
    topic: "imports and re-exports",
    old: "import type { A } from './a'; import * as ns from './a.js'; import D, { type Re } from './b'; export interface State { a: A; b: ns.B; c: D; d: Re; e: import('./a').A; f: ns.inner.Deep }",
    now: "import type { A } from './a'; import * as ns from './a.js'; import D, { type Re } from './b'; export interface State { a: A; b: ns.B; c: D; d: Re; e: import('./a').A; f: ns.inner.Deep }",
    up: "incompatible",
    down: "compatible",
    snapshot:
      "export interface State { a: A; b: B; c: Default; d: A; e: A; f: Deep; } interface A { x: 1; y?: 2; } type B = A[]; /** @class default @module b */ declare class Default { z: number; } interface Deep { y: Date; }",
    beside: {
      "a.ts": "export interface A { x: 1; y?: 2 } export type B = A[]; export namespace inner { export interface Deep { y: Date } }",
      "b.ts": "export * from './c.ts'; export default class { z = 1 }",
      "c.ts": "export { A as Re } from './a';",
    },
    nowBeside: {
      "a.ts": "export interface A { x: 1; y: 2 } export type B = A[]; export namespace inner { export interface Deep { y: Date } }",
    },
  },
  {
    topic: "namespaces and globals",
    old: "namespace N { export interface I { a: 1 } export class C { b = 1 } export enum E { X, Y } } declare global { interface Everywhere { a: 1 } } export interface State { i: N.I; c: N.C; e: N.E; f: N.E.X; g: Everywhere }",
    now: "namespace N { export interface I { a: 1 } export class C { b = 1 } export enum E { X, Y } } declare global { interface Everywhere { a: 1 } } export interface State { i: N.I; c: N.C; e: N.E; f: N.E; g: Everywhere }",
    up: "compatible",
    down: "incompatible",
    snapshot:
      "export interface State { i: I; c: C; e: E; f: E.X; g: Everywhere; } interface I { a: 1; } /** @class C @module case */ declare class C { b: number; } declare enum E { X = 0, Y = 1, } interface Everywhere { a: 1; }",
  },
  {
    topic: "types of packages",
    old: "import type { Options, Parser, Cache, Kind } from 'pkg'; import { Emitter } from 'pkg/sub'; class Own extends Emitter { own = 1 } export interface State { o: Options; p: Parser; c: Cache<string>; k: Kind; e: Emitter; w: Own }",
    now: "import type { Options, Parser, Cache, Kind } from 'pkg'; import { Emitter } from 'pkg/sub'; class Own extends Emitter { own = 1 } export interface State { o: Options; p: Parser; c: Cache<number>; k: Kind; e: Emitter; w: Own }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { o: Recursive; p: Parser; c: Cache<string>; k: Kind; e: Emitter; w: Own; } interface Recursive { a: number; b?: Recursive; } /** @package pkg @class Parser */ declare class Parser {} /** @package pkg @class Cache */ declare class Cache<T0> {} declare enum Kind { A = 1, B = 2, } /** @package pkg @class Emitter */ declare class Emitter {} /** @class Own @module case @bases Emitter */ declare class Own extends Emitter { own: number; }",
    beside: {
      "node_modules/pkg/package.json": '{ "name": "pkg", "types": "index.d.ts" }',
      "node_modules/pkg/index.d.ts":
        "export interface Options { a: number; b?: Options } export declare class Parser { private x; y: string } export declare class Cache<T> { v: T } export declare enum Kind { A = 1, B = 2 }",
      "node_modules/pkg/sub.d.ts": "export declare class Emitter { on(): this }",
    },
  },
  {
    topic: "names of the platform, and folders with odd names",
    old: "import { Set as Own } from './@own lib/set'; export interface State { a: Own; b: Set<number>; c: ReadonlyMap<string, Map>; d: Array } interface Map { m: 1 } interface Array { n: 1 }",
    now: "import { Set as Own } from './@own lib/set'; export interface State { a: Own; b: Set<number>; c: ReadonlyMap<string, Map>; d: Array } interface Map { m: 2 } interface Array { n: 1 }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      "export interface State { a: Set2; b: Set<number>; c: ReadonlyMap<string, Map>; d: Array2; } /** @class Set @module @own lib/set */ declare class Set2 { own: number; } interface Map { m: 1; } interface Array2 { n: 1; }",
    beside: { "@own lib/set.ts": "export class Set { own = 1 }" },
  },
  {
    topic: "pids",
    old: "import type { Pid } from 'instar'; interface User { init(): 1 } type UserPid = Pid<User>; export interface State { u: UserPid; m: Map<string, Pid<User>> }",
    now: "import type { Pid } from 'instar'; interface User { init(): 1 } interface Bot { init(): 1 } export interface State { u: Pid<User>; m: Map<string, Pid<Bot>> }",
    up: "incompatible",
    down: "incompatible",
    snapshot:
      'export interface State { u: Pid<"User">; m: Map<string, Pid<"User">>; } /** Reference to a process; opaque, told apart by the name of its protocol. */ declare class Pid<Protocol> { private readonly protocol: Protocol; }',
  },
  {
    topic: "what says nothing",
    old: "export interface State { a: any; b: unknown; c: any[]; d: {}; e: object; f: Object; g: Map<any, unknown> }",
    now: "export interface State { a: number; b: unknown; c: any[]; d: {}; e: object; f: Object; g: Map<any, unknown> }",
    up: "unknown",
    down: "compatible",
    snapshot: "export interface State { a: unknown; b: unknown; c: unknown[]; d: {}; e: object; f: {}; g: Map<unknown, unknown>; }",
  },
];

/** Under other options of the compiler. */
const withOptions: readonly (readonly [name: string, options: object, cases: readonly Case[]])[] = [
  [
    "exactOptionalPropertyTypes",
    { exactOptionalPropertyTypes: true },
    [
      {
        topic: "optional fields may be absent, not undefined",
        old: "export interface State { a?: string; b?: string | undefined; c?: null; d: { e?: number }[] }",
        now: "export interface State { a?: string | undefined; b?: string | undefined; c?: null; d: { e?: number }[] }",
        up: "compatible",
        down: "unknown",
        snapshot:
          "export interface State { /** @exact */ a?: string; b?: string; /** @exact */ c?: null; d: { /** @exact */ e?: number }[]; }",
      },
    ],
  ],
  [
    "strict: false",
    { strict: false },
    [
      {
        topic: "null is told apart all the same",
        old: "export interface State { a: string | null }",
        now: "export interface State { a: string }",
        up: "incompatible",
        down: "compatible",
        snapshot: "export interface State { a: string | null; }",
      },
    ],
  ],
  [
    "lib: dom",
    { lib: ["es2023", "dom"] },
    [
      {
        topic: "the browser's classes",
        old: "export interface State { u: URL; b: Blob | null; h: Headers; s: AbortSignal; e: DOMException }",
        now: "export interface State { u: string; b: Blob | null; h: Headers; s: AbortSignal; e: Error }",
        up: "incompatible",
        down: "incompatible",
        snapshot: "export interface State { u: URL; b: Blob | null; h: Headers; s: AbortSignal; e: DOMException; }",
      },
    ],
  ],
  [
    "paths",
    { paths: { "@lib/*": ["./lib/*"] }, resolveJsonModule: true },
    [
      {
        topic: "path mapping",
        old: 'import type { T } from "@lib/types"; import data from "@lib/data.json"; export interface State { t: T; d: typeof data }',
        now: 'import type { T } from "@lib/types"; import data from "@lib/data.json"; export interface State { t: T; d: typeof data }',
        up: "incompatible",
        down: "incompatible",
        snapshot: "export interface State { t: T; d: { a: number; b: string[] }; } interface T { a: 1; }",
        beside: { "/p/lib/types.ts": "export type T = { a: 1 };", "/p/lib/data.json": '{ "a": 1, "b": ["x"] }' },
        nowBeside: { "/p/lib/types.ts": "export type T = { a: 2 };" },
      },
    ],
  ],
];

describe("extraction", () => {
  check(cases, {});
  for (const [name, options, own] of withOptions) describe(name, () => check(own, options));

  test("what does not resolve has no snapshot, and says so", () => {
    const read = readShapes([
      { text: "export interface State { a: Missing; b: number }" },
      { text: 'import type { X } from "./nowhere.ts"; export interface State { a: X[] }' },
      { text: 'import { X } from "no-such-package"; export interface State { a: X }' },
      { text: "export interface State extends Missing { a: 1 }" },
      { text: "export interface State { a: number" },
    ]);
    assert.deepEqual(
      read.map(({ snapshot }) => snapshot?.replaceAll(/\n\s*/g, " ") ?? null),
      // The last one does not parse: what was read of it may be a part.
      [null, null, null, "export interface State { a: 1; }", null],
    );
  });

  test("a type that never ends is cut off the same way whatever was read before, and costs the others nothing", () => {
    const nest = "interface Nest<T> { v: T; l?: Nest<[T]>; r?: Nest<{ w: T }> } ";
    const other = "export interface State { a: Map<string, Date>; b: { c: number }[] }";
    const texts = [`${nest} export interface State { n: Nest<[[1]]> }`, `${nest} export interface State { n: Nest<1> }`, other];
    const hashes = (order: readonly number[]) => {
      const beside = { "nest.ts": `export ${nest}` };
      const read = readShapes(
        order.map((at) => ({ text: (texts[at] ?? "").replace(nest, 'import type { Nest } from "../case0/nest.ts"; '), beside })),
      );
      return order.map((at, index) => [at, read[index]?.hash] as const).toSorted(([one], [other]) => one - other);
    };
    const all = hashes([0, 1, 2]);
    assert.deepEqual(hashes([2, 1, 0]), all);
    const [alone] = readShapes([{ text: other }]);
    assert.equal(all[2]?.[1], alone?.hash);
    assert.ok(alone?.shape && !nodes(alone.shape).includes(endless));
  });
});

function check(own: readonly Case[], options: object): void {
  const read = (of: (each: Case) => { text: string; beside?: Readonly<Record<string, string>> }): readonly ReadShape[] =>
    readShapes(own.map(of), options);
  let both: readonly [readonly ReadShape[], readonly ReadShape[]] | undefined;
  for (const [index, { topic, up, down, snapshot }] of own.entries()) {
    test(topic, () => {
      both ??= [
        read(({ old, beside = {} }) => ({ text: old, beside })),
        read(({ now, beside = {}, nowBeside = {} }) => ({ text: now, beside: { ...beside, ...nowBeside } })),
      ];
      const [old, now] = [both[0][index], both[1][index]];
      assert.ok(old?.shape && now?.shape, "both versions have a snapshot");
      assert.equal(old.snapshot?.replaceAll(/\n\s*/g, " ").replaceAll(/\bcase\d+\//g, ""), snapshot);
      assert.equal(shapeHash(old.shape), old.hash, `the old snapshot reads back as the same shape: ${old.snapshot}`);
      assert.equal(shapeHash(now.shape), now.hash, `the new snapshot reads back as the same shape: ${now.snapshot}`);
      const found = compareShapes(old.shape, now.shape);
      assert.deepEqual([found.up, found.down], [up, down]);
      // What makes a difference is named.
      assert.ok(found.changes.length > 0 || (up === "compatible" && down === "compatible"), "no change is named");
      const same = compareShapes(old.shape, old.shape);
      assert.deepEqual([same.up, same.down, same.changes], ["compatible", "compatible", []]);
    });
  }
}

function nodes(root: Shape): readonly Shape[] {
  const seen = new Set<Shape>([root]);
  for (const shape of seen) for (const child of children(shape)) seen.add(child);
  return [...seen];
}
