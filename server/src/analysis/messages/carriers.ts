/** The modules that have an edited record in messages alone, where other modules have it in their states: one edit is one finding. */
import { type Cause, causesOf } from "../causes.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import { messagesWithStates } from "./broken-messages.ts";
import { placeKey } from "./state-causes.ts";

export interface Carrier {
  readonly facts: ModuleFacts;
  /** The messages that have to be translated; none where the version alone has to be raised. */
  readonly messages: readonly string[];
}

/** @param cause of a finding about states. */
export function carriersOf(cause: Cause, project: ProjectFacts): readonly Carrier[] {
  if (cause.name === null) return [];
  const broken = messagesWithStates(project, cause.place);
  return carrying(project, cause).flatMap((facts): readonly Carrier[] => {
    const messages = [...new Set(broken.filter((each) => each.facts === facts).map(({ name }) => name))];
    return messages.length > 0 || facts.baseline?.vsn === facts.module.vsn ? [{ facts, messages }] : [];
  });
}

/** Without those whose states are concerned. */
function carrying({ modules }: ProjectFacts, { modules: holding, place }: Cause): readonly ModuleFacts[] {
  const states = new Set(holding);
  const others = modulesWith(modules, hasOtherMessages).filter((facts) => !states.has(facts));
  const changes = ({ messages }: ModuleFacts) => messages.changes.filter(({ kind }) => kind !== "readonlyChanged");
  return causesOf(others, changes, modules).find((cause) => placeKey(cause.place) === placeKey(place))?.modules ?? [];
}

function hasOtherMessages({ messages, baseline, unresolved }: ModuleFacts): boolean {
  return messages.changes.length > 0 && baseline !== null && !unresolved;
}
