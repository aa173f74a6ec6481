/** What an upgrade of a supervisor does to its children, where that is more than to start new ones. Supervisors have no snapshots: only a commit says what they were. */
import type { ChildCall, SupervisorCall, Written } from "../bodies/supervisors.ts";
import type { EarlierTree, ProjectFacts } from "../facts.ts";
import type { Finding, Rule, Severity } from "../rule.ts";
import type { Range } from "../span.ts";

export const childSpecChanged: Rule = {
  id: "child-spec-changed",
  severity: "warning",
  group: "supervision",
  description:
    "A supervisor's children or strategy changed, and an upgrade ends running children, leaves them as they were, or is refused.",
  *check({ bodies, earlier }: ProjectFacts): Iterable<Finding> {
    if (earlier === null) return;
    for (const { file, facts } of bodies.all("supervisors")) {
      const now = facts.find(({ exported }) => exported);
      if (now === undefined) continue;
      const before = earlier.bodies.of("supervisors", file).find(({ exported }) => exported);
      // One that is new starts with what it says.
      if (before === undefined) continue;
      for (const found of changesOf(before, now, earlier)) {
        const { severity, range, message, fix } = found;
        const fixes =
          fix === undefined
            ? []
            : [{ title: fix.title, preferred: false, questions: [], edits: () => [{ file, range: fix.range, newText: fix.newText }] }];
        yield { rule: childSpecChanged.id, severity, module: null, file, range, message, related: [], fixes };
      }
    }
  },
};

interface Found {
  readonly severity: Severity;
  readonly range: Range;
  readonly message: string;
  readonly fix?: { readonly title: string; readonly range: Range; readonly newText: string };
}

function* changesOf(before: SupervisorCall, now: SupervisorCall, { name: tree }: EarlierTree): Iterable<Found> {
  const [old, strategy] = [before.strategy, now.strategy];
  const simple = strategy === null ? null : isSimple(strategy);
  if (old !== null && strategy !== null && simple !== isSimple(old)) {
    yield {
      severity: "error",
      range: strategy.range,
      message:
        `The strategy was \`${old.value}\` at ${tree} and is \`${strategy.value}\`. The children of the one have ids and those of the other have none, so they cannot become each other: an upgrade is refused. ` +
        "Declare the new supervisor in a file of its own, and let the old one end; or restart the program.",
    };
    return;
  }
  if (simple === null || old === null) return;
  if (simple) {
    const [one, other] = [before.children[0], now.children[0]];
    if (one !== undefined && other !== undefined) yield* keptChild(one, other, tree, "All running children");
    return;
  }
  const gone = now.open ? [] : before.children.filter((child) => idOf(child) !== null && byId(now, idOf(child)) === undefined);
  const added = before.open ? [] : now.children.filter((child) => idOf(child) !== null && byId(before, idOf(child)) === undefined);
  const renamed = new Set<ChildCall>();
  for (const child of gone) {
    const [same, ...more] = added.filter((each) => isSameModule(each, child) && each.options === child.options && !renamed.has(each));
    const id = idOf(child);
    if (same === undefined || more.length > 0) {
      yield {
        severity: "info",
        range: now.range,
        message: `The child \`${id}\` of ${tree} is gone. An upgrade ends it, and with it the state of its process; what others send to it is lost. Where it is still needed elsewhere, hand its state over before.`,
      };
      continue;
    }
    renamed.add(same);
    yield {
      severity: "warning",
      range: same.id.range,
      message:
        `The child \`${id}\` of ${tree} is now \`${idOf(same)}\`. Supervisors know their children by their ids: an upgrade ends the process of \`${id}\`, with its state, and starts a new one. ` +
        `Keep the id \`${id}\`, unless it is meant to begin anew.`,
      fix: { title: `Keep the id ${id}`, range: same.id.range, newText: JSON.stringify(id) },
    };
  }
  for (const child of now.children) {
    const known = idOf(child) === null ? undefined : byId(before, idOf(child));
    if (known !== undefined) yield* keptChild(known, child, tree, `The child \`${idOf(child)}\``);
  }
}

function* keptChild(before: ChildCall, now: ChildCall, tree: string, who: string): Iterable<Found> {
  if (!isSameModule(before, now) && before.module !== null && now.module !== null) {
    yield {
      severity: "warning",
      range: now.range,
      message:
        `${who} ${were(who)} of \`${before.module.from}\` at ${tree} and ${are(who)} of \`${now.module.from}\`. An upgrade leaves what runs as it is, so that both modules are in use until the next restart, and callers meet the old one. ` +
        "Give the child another id, so that the old process is ended and a new one started; or restart it after the upgrade.",
    };
  } else if (before.options !== now.options) {
    yield {
      severity: "info",
      range: now.range,
      message:
        `${who} ${are(who)} specified differently than at ${tree}: \`${shown(now)}\` in place of \`${shown(before)}\`. An upgrade leaves what runs as it is; new arguments, and a new name, count from the next restart. ` +
        "Where it matters at once, restart the child after the upgrade: `terminateChild`, then `restartChild`.",
    };
  }
}

function are(who: string): string {
  return who.startsWith("All") ? "are" : "is";
}

function were(who: string): string {
  return who.startsWith("All") ? "were" : "was";
}

function shown({ optionsText }: ChildCall): string {
  return optionsText === "" ? "{}" : `{ ${optionsText.replaceAll(/\s+/g, " ")} }`;
}

/** Files are moved and spelled anew; where the path is another one it is another module, unless it ends in the same file. */
function isSameModule(one: ChildCall, other: ChildCall): boolean {
  const [from, to] = [one.module, other.module];
  return from !== null && to !== null && from.name === to.name && fileName(from.from) === fileName(to.from);
}

function fileName(specifier: string): string {
  return specifier.slice(specifier.lastIndexOf("/") + 1).replace(/\.[cm]?[jt]sx?$/, "");
}

function isSimple({ value }: Written<string>): boolean {
  return value === "simple_one_for_one";
}

function idOf({ id }: ChildCall): string | null {
  return id.value;
}

function byId({ children }: SupervisorCall, id: string | null): ChildCall | undefined {
  return children.find((child) => idOf(child) === id);
}
