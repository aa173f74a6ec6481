/**
 * Which nodes of a graph cannot be told apart by their labels and by what they lead to: the coarsest partition, in about as many steps as
 * there are edges (after Hopcroft: what splits off is the smaller part).
 */

interface Graph {
  readonly labels: readonly string[];
  /** Per node, the nodes that it leads to, as numbers, and what else it leads to, as texts. */
  readonly edges: readonly (readonly (number | string)[])[];
  /** Whether the order of its edges says nothing. */
  readonly unordered: readonly boolean[];
}

/** For each node, the number of its class. */
export function partition({ labels, edges, unordered }: Graph): readonly number[] {
  const parents: number[][] = labels.map(() => []);
  for (const [node, targets] of edges.entries()) for (const target of targets) if (typeof target === "number") parents[target]?.push(node);
  const classes: number[] = [];
  const members: Set<number>[] = [];
  const first = new Map<string, number>();
  for (const [node, label] of labels.entries()) {
    const own = first.get(label) ?? members.push(new Set()) - 1;
    first.set(label, own);
    members[own]?.add(node);
    classes.push(own);
  }
  const signature = (node: number): string => {
    const parts = (edges[node] ?? []).map((target) => (typeof target === "number" ? String(classes[target]) : target));
    return (unordered[node] === true ? parts.toSorted() : parts).join();
  };
  // Nodes whose targets may be in other classes than when they were last looked at.
  let dirty = new Set(labels.keys());
  while (dirty.size > 0) {
    const touched = new Map<number, number[]>();
    for (const node of dirty) {
      const own = classes[node] ?? 0;
      const nodes = touched.get(own);
      if (nodes === undefined) touched.set(own, [node]);
      else nodes.push(node);
    }
    const splits = [...touched].flatMap(([own, nodes]) => split(members[own] ?? new Set(), nodes, signature));
    dirty = new Set();
    for (const { from, nodes } of splits) {
      const own = members.push(new Set(nodes)) - 1;
      for (const node of nodes) {
        from.delete(node);
        classes[node] = own;
        for (const parent of parents[node] ?? []) dirty.add(parent);
      }
    }
  }
  return classes;
}

/** The parts of a class that leave it; the largest stays. */
function split(
  all: Set<number>,
  looked: readonly number[],
  signature: (node: number) => string,
): readonly { readonly from: Set<number>; readonly nodes: readonly number[] }[] {
  const groups = new Map<string, number[]>();
  for (const node of looked) {
    const key = signature(node);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  const again = new Set(looked);
  const rest = all.size === looked.length ? [] : [...all].filter((node) => !again.has(node));
  const [one] = rest;
  // Those whose targets have not changed are still alike.
  if (one !== undefined) groups.set(signature(one), [...(groups.get(signature(one)) ?? []), ...rest]);
  return [...groups.values()]
    .toSorted((first, second) => second.length - first.length)
    .slice(1)
    .map((nodes) => ({ from: all, nodes }));
}
