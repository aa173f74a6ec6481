/** A process that no supervisor has is upgraded like any other; but when it crashes, nobody starts it again. */
import { isAside } from "../aside.ts";
import type { FileFacts } from "../bodies/bodies.ts";
import type { Imported, SupervisorCall } from "../bodies/supervisors.ts";
import type { Spawn } from "../bodies/spawns.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { folderOf, joinPath, relativeSpecifier, withoutExtension } from "../paths.ts";
import type { FileEdit, Finding, Fix, Rule } from "../rule.ts";

export const spawnOutsideSupervisor: Rule = {
  id: "spawn-outside-supervisor",
  severity: "warning",
  group: "supervision",
  description: "A process is started outside of every supervisor, so that nobody starts it again, or is told, when it crashes.",
  *check({ root, modules, bodies }: ProjectFacts): Iterable<Finding> {
    const found = bodies.all("spawns");
    if (found.length === 0) return;
    const byPath = new Map(modules.map((facts) => [withoutExtension(facts.module.file), facts]));
    const byFile = new Map(modules.map((facts) => [facts.module.file, facts]));
    const supervisors = bodies.all("supervisors");
    for (const { file, facts } of found) {
      if (isAside(root, file)) continue;
      for (const spawn of facts) {
        const started = spawn.module.name === "default" ? byPath.get(target(file, spawn.module)) : undefined;
        // What is started may be a supervisor.
        if (started === undefined || (spawn.handler !== null && !byFile.has(file))) continue;
        yield {
          rule: spawnOutsideSupervisor.id,
          severity: spawnOutsideSupervisor.severity,
          module: byFile.get(file)?.module.id ?? null,
          file,
          range: spawn.range,
          message: messageOf(spawn, started),
          related: [],
          fixes: fixesOf(spawn, file, started, facts, supervisors),
        };
      }
    }
  },
};

/** The path that an import names, without its extension. */
function target(file: string, { from }: Imported): string {
  if (!from.startsWith(".")) return from;
  const parts: string[] = [];
  for (const part of joinPath(folderOf(file), from).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return withoutExtension(parts.join("/").replace(/\.[cm]?jsx?$/, ""));
}

function messageOf({ handler, handle }: Spawn, { module: { id } }: ModuleFacts): string {
  const hazard = "An upgrade converts it like any other process, but";
  if (handler === null) {
    return (
      `This process of \`${id}\` has no supervisor. ${hazard} when it crashes, nobody starts it again: its name is free, its state is lost, and whoever sends to it is not told. ` +
      `Make it a child of the application's supervisor: \`child(${handle}, { id: "…" })\`.`
    );
  }
  return (
    `\`${handler.join(".")}\` starts a process of \`${id}\` that is linked with nobody. ${hazard} when it crashes, nobody starts it again, and this process is not told and goes on without it; when this one ends, it stays behind. ` +
    'Link the two with `link: true`, watch it with `self.monitor(pid)`, or let a supervisor start it: `supervisor.call("startChild", …)`.'
  );
}

function fixesOf(
  { linked, moved, handle, module }: Spawn,
  file: string,
  started: ModuleFacts,
  others: readonly Spawn[],
  supervisors: readonly FileFacts<"supervisors">[],
): readonly Fix[] {
  // Whether the two are to end together, and how it is to be restarted, is for somebody to say.
  const common = { preferred: false, questions: [] };
  const link: Fix[] =
    linked === null
      ? []
      : [{ ...common, title: "End it and this process together", edits: () => linked.map((edit) => ({ file, ...edit })) }];
  if (moved === null) return link;
  const begun = supervisors.filter((each) => others.length > 0 && each.facts.some(({ exported }) => exported) && startsIt(each.file));
  const [only, ...more] = begun;
  const call = only?.facts.find(({ exported }) => exported);
  if (only === undefined || more.length > 0 || call === undefined) return link;
  const added = childEdits(call, only.file);
  if (added === null) return link;
  return [
    ...link,
    {
      ...common,
      title: `Make it a child of the supervisor in ${relativeSpecifier(file, only.file)}`,
      edits: () => [...moved.edits.map((edit) => ({ file, ...edit })), ...added],
    },
  ];

  function startsIt(supervisor: string): boolean {
    return others.some((each) => target(file, each.module) === withoutExtension(supervisor));
  }

  function childEdits({ children, another, open, strategy }: SupervisorCall, at: string): readonly FileEdit[] | null {
    if (another === null || open || strategy === null || strategy.value === "simple_one_for_one" || moved === null) return null;
    const known = children.find((each) => each.module !== null && target(at, each.module) === withoutExtension(started.module.file));
    const id = moved.name ?? handle;
    if (children.some((each) => each.id.value === id) || (known === undefined && another.names.includes(handle))) return null;
    const extension = /\.[cm]?[jt]sx?$/.exec(module.from)?.[0] ?? "";
    const from = withoutExtension(relativeSpecifier(at, started.module.file)) + extension;
    const options = [`id: ${JSON.stringify(id)}`, ...moved.options].join(", ");
    return [
      ...(known === undefined ? [{ file: at, range: another.imports, newText: `\nimport ${handle} from ${JSON.stringify(from)};` }] : []),
      { file: at, range: another.range, newText: `${another.before}${another.child}(${known?.handle ?? handle}, { ${options} })` },
    ];
  }
}
