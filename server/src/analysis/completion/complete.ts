/**
 * What can be written at a place of an actor's definition that TypeScript does not know: the missing steps, their functions, and the fields of
 * states that are written out nowhere. What the type checker offers there itself is left to it.
 */
import type { DraftPart, ModuleFacts, ProjectFacts } from "../facts.ts";
import { versionsOf } from "../history/versions.ts";
import { indent, layoutOf } from "../migration/code.ts";
import { missingStep } from "../migration/missing-step.ts";
import type { FileEdit } from "../rule.ts";
import { type Field, membersOf, type Shape } from "../shape.ts";
import { lineStarts, offsetAt, type Position, positionAt, type Range } from "../span.ts";
import { accessText, keyText, typeText } from "../type-text.ts";
import { type CompletionPlace, completionPlace, type FunctionPlace } from "./completion-place.ts";

export interface Offer {
  readonly kind: "step" | "field";
  readonly label: string;
  /** What somebody types to get it. */
  readonly filter: string;
  readonly detail: string;
  /** At indentation 0, with bare newlines; guesses stand between `valueMarks`. */
  readonly text: string;
  /** Elsewhere in the file. */
  readonly edits: readonly FileEdit[];
}

export interface Offers {
  /** What each of them takes the place of. */
  readonly range: Range;
  readonly offers: readonly Offer[];
}

export function complete(project: ProjectFacts, file: string, position: Position): Offers | undefined {
  const text = project.text(file);
  const facts = project.modules.find(({ source }) => source.file === file);
  if (text === undefined || facts === undefined) return undefined;
  const offset = offsetAt(text, position);
  const found = completionPlace(text, offset);
  const offers = found === undefined ? [] : offersAt(found, facts, project, text);
  if (found === undefined || offers.length === 0) return undefined;
  const starts = lineStarts(text);
  return { range: { start: positionAt(starts, found.place.start), end: positionAt(starts, offset) }, offers };
}

/** More steps than anybody has forgotten. */
const most = 5;

const review = "// instar: review this step before the release.\n";

function offersAt(found: CompletionPlace, facts: ModuleFacts, project: ProjectFacts, text: string): readonly Offer[] {
  switch (found.what) {
    case "definition": {
      const missing = missingStep(facts);
      if (missing === null || (facts.module.codeChange.up !== "missing" && facts.module.codeChange.down !== "missing")) return [];
      return drafted(facts, project, missing.from, "step", (step) => ({
        label: `codeChange: { ${missing.from}: { up, down } }`,
        filter: "codeChange",
        text: `codeChange: {\n${indent(`${review}${step}`, layoutOf(text).unit)},\n}`,
      }));
    }
    case "table":
      return missingFrom(facts, found.place.keys).flatMap((from) =>
        drafted(facts, project, from, "step", (step) => ({ label: `${from}: { up, down }`, filter: String(from), text: review + step })),
      );
    case "step":
      return (["up", "down", "messages"] as const)
        .filter((part) => !found.place.keys.includes(part))
        .flatMap((part) =>
          drafted(facts, project, found.from, part, (written) => ({
            label: part === "messages" ? "messages: { … }" : `${/^.*?=>/.exec(written)?.[0] ?? part} …`,
            filter: part,
            text: written,
          })),
        );
    case "member":
      return fieldsIn(stateAt(facts, versions(found).takes))
        .filter(({ name }) => accessText(name) === `.${name}`)
        .map((field) => fieldOffer(field, versions(found).takes, field.name));
    default: {
      const taken = fieldsIn(stateAt(facts, versions(found).takes));
      return fieldsIn(stateAt(facts, versions(found).gives))
        .filter(({ name }) => !found.place.keys.includes(name) && !(found.spread && taken.some((each) => each.name === name)))
        .map((field) => {
          const same = taken.some(({ name }) => name === field.name);
          return fieldOffer(
            field,
            versions(found).gives,
            `${keyText(field.name)}: ${same ? found.parameter + accessText(field.name) : ""}`,
          );
        });
    }
  }
}

function drafted(
  facts: ModuleFacts,
  project: ProjectFacts,
  from: number,
  part: DraftPart,
  offer: (text: string) => Pick<Offer, "label" | "filter" | "text">,
): readonly Offer[] {
  const draft = project.writer.draft(facts, project, from, part);
  if (draft === null) return [];
  return [{ kind: "step", detail: `Instar: version ${from} → ${draft.to}`, edits: draft.edits, ...offer(draft.text) }];
}

/** Known versions from which no step starts, the newest first. */
function missingFrom(facts: ModuleFacts, written: readonly string[]): readonly number[] {
  const known = versionsOf(facts).flatMap(({ vsn, shapes }) => (shapes === null || vsn === facts.source.vsn ? [] : [vsn]));
  const all = new Set([...known, ...(facts.baseline === null ? [] : [facts.baseline.vsn])]);
  return [...all]
    .filter((vsn) => !written.includes(String(vsn)))
    .toSorted((one, other) => other - one)
    .slice(0, most);
}

function versions({ from, way }: FunctionPlace): { readonly takes: number; readonly gives: number } {
  return way === "up" ? { takes: from, gives: from + 1 } : { takes: from + 1, gives: from };
}

function stateAt({ source, released, baseline }: ModuleFacts, vsn: number): Shape | undefined {
  if (source.vsn === vsn) return source.protocol.state;
  return released.find((each) => each.vsn === vsn)?.state ?? (baseline?.vsn === vsn ? baseline.shapes.state : undefined);
}

/** Of all alternatives; what only some of them have is there under a condition. */
function fieldsIn(shape: Shape | undefined): readonly Field[] {
  const fields = membersOf(shape ?? { kind: "union", members: [] }).flatMap((member) =>
    member.kind === "object" || member.kind === "class" ? member.fields : [],
  );
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}

function fieldOffer({ name, optional, shape }: Field, vsn: number, text: string): Offer {
  const detail = `${keyText(name)}${optional ? "?" : ""}: ${typeText(shape)} (version ${vsn})`;
  return { kind: "field", label: name, filter: name, detail, text, edits: [] };
}
