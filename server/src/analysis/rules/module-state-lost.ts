/** What a module keeps in its own variables is left behind when the module is replaced. */
import { isAside } from "../aside.ts";
import type { BodyFact } from "../bodies/collectors.ts";
import { loadedBy } from "../loaded-files.ts";
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const moduleStateLost: Rule = {
  id: "module-state-lost",
  severity: "warning",
  group: "old-code",
  description: "A module that upgrades replace keeps something in its own variables, which the next version of the module begins without.",
  *check(project): Iterable<Finding> {
    for (const { file, facts } of project.bodies.all("moduleVariables")) {
      const modules = loadedBy(project, file);
      if (modules.length === 0) continue;
      for (const variable of facts.filter(isKept)) if (!isFilledAtLoad(project, file, variable)) yield finding(file, variable, modules);
    }
  },
};

/** What only steps write is another rule's business. */
function isKept({ by }: BodyFact<"moduleVariables">): boolean {
  return !Array.isArray(by) || by[0] !== "codeChange";
}

/**
 * Whether nothing but the tops of files calls what writes, and only of files that are evaluated anew together with this one, which then
 * write again. Tests do not count.
 */
function isFilledAtLoad(project: ProjectFacts, file: string, { exports }: BodyFact<"moduleVariables">): boolean {
  return (
    exports?.every((name) =>
      project.bodies
        .saying("laterNames", (text) => text === name)
        .every((user) => {
          if (user !== file && isAside(project.root, user)) return true;
          return !project.bodies.of("laterNames", user).includes(name) && loadedBy(project, user).length > 0;
        }),
    ) === true
  );
}

function finding(file: string, { name, range, kind, cache, by }: BodyFact<"moduleVariables">, modules: readonly string[]): Finding {
  const where = Array.isArray(by) ? `\`${by.join(".")}\`` : typeof by === "string" && by !== "" ? `\`${by}\`` : "A function";
  return {
    rule: moduleStateLost.id,
    severity: cache ? "info" : moduleStateLost.severity,
    module: modules[0] ?? null,
    ...(modules.length > 1 ? { modules } : {}),
    file,
    range,
    message: cache
      ? `\`${name}\` is filled by functions and kept by the module. When an upgrade replaces the module it begins empty, while code of the old version that still runs has its own. ` +
        `As a cache that fills again that is all right; what must not be lost belongs into the state of an actor.`
      : `\`${name}\` is kept by the module, and not by a process. ${where} ${kind === "variable" ? "assigns it" : "writes into it"}; when this file, or one that it imports, changes, an upgrade evaluates the module anew, and \`${name}\` begins again as it is written here, ` +
        `without \`codeChange\` and without a word. Code of the old version that still runs has the old one. Keep it in the state of an actor; if it can be made again at any time, say so: \`// instar-ignore ${moduleStateLost.id}: …\`.`,
    related: [],
    fixes: [],
  };
}
