/**
 * The supervision trees of all runtimes, kept between readings: a process is one node for as long as it lives, children are found by an index,
 * and a new reading tells which nodes are no longer what is shown. So one change among 10,000 processes costs one row.
 */
import type { LiveProcesses, ProcessInfo, RuntimeInfo } from "../../../server/src/protocol.ts";
import type { ProcessFilter } from "./process-filter.ts";

export interface RuntimeNode {
  readonly kind: "runtime";
  readonly root: string;
  runtime: RuntimeInfo;
}

export interface ProcessNode {
  readonly kind: "process";
  readonly root: string;
  /** For commands that take a module. */
  readonly module: string;
  readonly in: RuntimeNode;
  process: ProcessInfo;
}

/** Stands for children that are not shown yet: nobody reads 10,000 rows, and each costs. */
export interface MoreNode {
  readonly kind: "more";
  readonly of: RuntimeNode | ProcessNode;
  left: number;
}

export type LiveNode = RuntimeNode | ProcessNode | MoreNode;

/** What is to be shown anew: everything, or these nodes with what is below them. */
export type Changed = "everything" | readonly LiveNode[];

/** How many children are shown at first, and how many more each time. */
export const page = 500;

interface Tree {
  readonly node: RuntimeNode;
  readonly byPid: Map<string, ProcessNode>;
  /** By the pid of the parent; those without one are under the empty text. */
  readonly children: Map<string, ProcessNode[]>;
  /** Those that fit the filter, and those above them; undefined without one. */
  visible: ReadonlySet<ProcessNode> | undefined;
  matches: number;
}

export class ProcessForest {
  #trees = new Map<string, Tree>();
  #filter: ProcessFilter | undefined;
  /** How many children of a node are shown, where that is more than a page. */
  readonly #shown = new WeakMap<LiveNode, number>();
  readonly #more = new WeakMap<LiveNode, MoreNode>();

  /** Takes a reading. */
  update(live: readonly LiveProcesses[]): Changed {
    const before = this.#trees;
    this.#trees = new Map();
    const changed = new Set<LiveNode>();
    let everything = live.length !== before.size;
    for (const { runtime, processes } of live) {
      const key = `${runtime.root}\n${runtime.name}`;
      const known = before.get(key);
      // Another process under the same name: pids begin anew.
      const same =
        known !== undefined && known.node.runtime.pid === runtime.pid && known.node.runtime.applicationPid === runtime.applicationPid;
      everything ||= known === undefined;
      const tree = same ? known : emptyTree(known?.node ?? { kind: "runtime", root: runtime.root, runtime });
      this.#trees.set(key, tree);
      if (!same && known !== undefined) changed.add(tree.node);
      if (updateTree(tree, runtime, processes, changed)) changed.add(tree.node);
      if (this.#filter !== undefined && this.#refilter(tree)) changed.add(tree.node);
    }
    return everything ? "everything" : [...changed].filter((node) => !hasAncestorIn(node, changed, (child) => this.parent(child)));
  }

  filter(filter: ProcessFilter | undefined): void {
    this.#filter = filter;
    for (const tree of this.#trees.values()) this.#refilter(tree);
  }

  get runtimes(): readonly RuntimeNode[] {
    return [...this.#trees.values()].map(({ node }) => node);
  }

  /** How many processes there are, and how many of them fit the filter. */
  get counts(): { readonly processes: number; readonly matches: number } {
    const counts = { processes: 0, matches: 0 };
    for (const { byPid, matches } of this.#trees.values()) {
      counts.processes += byPid.size;
      counts.matches += this.#filter === undefined ? byPid.size : matches;
    }
    return counts;
  }

  children(node: LiveNode): readonly LiveNode[] {
    if (node.kind === "more") return [];
    const all = this.#all(node);
    const limit = this.#shown.get(node) ?? page;
    if (all.length <= limit) return all;
    return [...all.slice(0, limit), this.#moreOf(node, all.length - limit)];
  }

  /** All of them, shown or not; with a filter, those that it leaves. */
  childCount(node: LiveNode): number {
    return node.kind === "more" ? 0 : this.#all(node).length;
  }

  /** Shows one more page of a node's children, or as many as it takes to show a node. */
  showMore(node: RuntimeNode | ProcessNode, child?: ProcessNode): void {
    const shown = this.#shown.get(node) ?? page;
    this.#shown.set(node, child === undefined ? shown + page : Math.max(shown, this.#all(node).indexOf(child) + 1));
  }

  parent(node: LiveNode): LiveNode | undefined {
    if (node.kind === "runtime") return undefined;
    if (node.kind === "more") return node.of;
    return this.#treeOf(node.in)?.byPid.get(node.process.parent ?? "") ?? node.in;
  }

  find(root: string, runtime: string, pid: string): ProcessNode | undefined {
    return this.#trees.get(`${root}\n${runtime}`)?.byPid.get(pid);
  }

  processesOf(node: RuntimeNode): readonly ProcessNode[] {
    return [...(this.#treeOf(node)?.byPid.values() ?? [])];
  }

  /** Whether the filter leaves it. */
  isVisible(node: ProcessNode): boolean {
    return this.#treeOf(node.in)?.visible?.has(node) ?? true;
  }

  #treeOf({ root, runtime }: RuntimeNode): Tree | undefined {
    return this.#trees.get(`${root}\n${runtime.name}`);
  }

  #all(node: RuntimeNode | ProcessNode): readonly ProcessNode[] {
    const tree = this.#treeOf(node.kind === "runtime" ? node : node.in);
    if (tree === undefined) return [];
    const all = node.kind === "process" ? (tree.children.get(node.process.pid) ?? []) : rootsOf(tree);
    const { visible } = tree;
    return visible === undefined ? all : all.filter((child) => visible.has(child));
  }

  #moreOf(node: RuntimeNode | ProcessNode, left: number): MoreNode {
    const more = this.#more.get(node) ?? { kind: "more", of: node, left };
    more.left = left;
    this.#more.set(node, more);
    return more;
  }

  /** Whether another set of nodes is visible now. */
  #refilter(tree: Tree): boolean {
    const filter = this.#filter;
    const before = tree.visible;
    tree.visible = undefined;
    tree.matches = tree.byPid.size;
    if (filter === undefined) return before !== undefined;
    const matches = [...tree.byPid.values()].filter(({ process }) => filter(process));
    const visible = new Set<ProcessNode>();
    for (const match of matches)
      for (let node: ProcessNode | undefined = match; node !== undefined && !visible.has(node);) {
        visible.add(node);
        node = tree.byPid.get(node.process.parent ?? "");
      }
    tree.visible = visible;
    tree.matches = matches.length;
    return before === undefined || before.size !== visible.size || [...visible].some((node) => !before.has(node));
  }
}

function emptyTree(node: RuntimeNode): Tree {
  return { node, byPid: new Map(), children: new Map(), visible: undefined, matches: 0 };
}

/** Those without a parent, and those whose parent has ended. */
function rootsOf({ byPid, children }: Tree): readonly ProcessNode[] {
  return [...children].flatMap(([parent, own]) => (byPid.has(parent) ? [] : own));
}

/** Says whether the runtime's own row, or what lies directly under it, is another. How many processes there are is not told there: it changes all the time. */
function updateTree(tree: Tree, runtime: RuntimeInfo, processes: readonly ProcessInfo[], changed: Set<LiveNode>): boolean {
  const { node, byPid, children } = tree;
  let own = JSON.stringify(node.runtime) !== JSON.stringify(runtime);
  node.runtime = runtime;
  const listed = new Set<string>();
  for (const process of processes) {
    listed.add(process.pid);
    const known = byPid.get(process.pid);
    if (known === undefined) {
      const added: ProcessNode = { kind: "process", root: node.root, module: process.module, in: node, process };
      byPid.set(process.pid, added);
      const parent = process.parent ?? "";
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [added]);
      else siblings.push(added);
      own = markParent(parent) || own;
    } else if (differs(known.process, process)) {
      known.process = process;
      changed.add(known);
    }
  }
  if (byPid.size > listed.size) removeGone();
  return own;

  function removeGone(): void {
    const parents = new Set<string>();
    for (const [pid, gone] of byPid) {
      if (listed.has(pid)) continue;
      byPid.delete(pid);
      changed.delete(gone);
      parents.add(gone.process.parent ?? "");
      // Its children, if it has any left, are roots now.
      own ||= children.has(pid);
    }
    for (const parent of parents) {
      const left = (children.get(parent) ?? []).filter(({ process }) => listed.has(process.pid));
      if (left.length === 0) children.delete(parent);
      else children.set(parent, left);
      own = markParent(parent) || own;
    }
  }

  /** Says whether that is the runtime. */
  function markParent(pid: string): boolean {
    const parent = byPid.get(pid);
    if (parent === undefined) return true;
    changed.add(parent);
    return false;
  }
}

function differs(one: ProcessInfo, other: ProcessInfo): boolean {
  return fields.some((field) => one[field] !== other[field]);
}

/** Of those that a process has for life, none. */
const fields = ["name", "vsn", "status", "mailbox", "stateSize", "restarts", "oldCode"] as const satisfies readonly (keyof ProcessInfo)[];

/** Whoever is shown anew shows what is below anew as well. */
function hasAncestorIn(node: LiveNode, nodes: ReadonlySet<LiveNode>, parentOf: (node: LiveNode) => LiveNode | undefined): boolean {
  for (let parent = parentOf(node); parent !== undefined; parent = parentOf(parent)) if (nodes.has(parent)) return true;
  return false;
}
