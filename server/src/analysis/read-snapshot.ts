/** What a snapshot's file says of itself: whether it is what was written, and of which module. What its declarations say others read. */
import type { Compiler } from "./compiler.ts";
import type { ProtocolShapes } from "./protocol-shapes.ts";
import { formatPattern, headerPattern, snapshotFormat, snapshotHash } from "./snapshot-text.ts";
import { plainSnapshot } from "./syntax/plain-snapshot.ts";

export type ParsedSnapshot =
  | { readonly kind: "ok"; readonly shapes: ProtocolShapes }
  /**
   * It is not what was written: edited, cut off, merged, or of another module. What is to be done is said where it is not to restore it;
   * the line is counted from 1.
   */
  | { readonly kind: "damaged"; readonly why: string; readonly todo?: string; readonly line: number }
  | { readonly kind: "newer"; readonly format: number };

/** Reads snapshots without the compiler where that suffices. @param compiler gives it, or throws. */
export function snapshotReader(compiler: () => Compiler): (text: string, id: string, vsn: number) => ParsedSnapshot {
  return (text, id, vsn) => readSnapshot(text, id, vsn, (body) => plainSnapshot(body) ?? compiler().snapshotShapes(body));
}

/** @param shapesOf reads declarations; undefined where they are none of a snapshot. */
export function readSnapshot(
  text: string,
  id: string,
  vsn: number,
  shapesOf: (body: string) => ProtocolShapes | undefined,
): ParsedSnapshot {
  const normal = text.replaceAll("\r\n", "\n");
  const conflict = /^(<{7}|={7}|>{7})( .*)?$/m.exec(normal);
  // Whoever merges has to choose, whatever else stands in the text.
  if (conflict !== null) return conflicting(vsn, normal.slice(0, conflict.index).split("\n").length);
  const newer = Number(formatPattern.exec(normal)?.[1] ?? 0);
  // Its header may have another form, too.
  if (newer > snapshotFormat) return { kind: "newer", format: newer };
  const end = normal.indexOf("\n\n");
  const header = headerPattern.exec(end < 0 ? normal.trimEnd() : normal.slice(0, end));
  if (header === null) {
    const why = normal.trim() === "" ? "it is empty" : "its first line is not the header that `instar release` writes";
    return { kind: "damaged", why, line: 1 };
  }
  const [, ofId, ofVsn, , hash] = header;
  if (ofId !== id || Number(ofVsn) !== vsn) return misplaced(ofId ?? "", Number(ofVsn), id);
  const body = end < 0 ? "" : normal.slice(end + 2);
  if (snapshotHash(id, vsn, body) !== hash) {
    const whole = body.endsWith("}\n") || body.endsWith(";\n");
    const why = whole ? "its text was changed by hand" : "it is cut off";
    return { kind: "damaged", why, line: whole ? 1 : Math.max(1, normal.trimEnd().split("\n").length) };
  }
  const shapes = shapesOf(body);
  return shapes === undefined ? { kind: "damaged", why: "it declares no `State` and `Protocol`", line: 1 } : { kind: "ok", shapes };
}

function conflicting(vsn: number, line: number): ParsedSnapshot {
  return {
    kind: "damaged",
    why: `it holds the marks of a merge, so two branches released a version ${vsn} of their own`,
    todo:
      `Keep the one that others may run, whole (\`git checkout --theirs\` or \`--ours\` and this file), raise \`vsn\` of the other one to ${vsn + 1} with a ` +
      `\`codeChange[${vsn}]\` that starts from the one that was kept, and run \`instar release\`.`,
    line,
  };
}

function misplaced(ofId: string, ofVsn: number, id: string): ParsedSnapshot {
  const todo =
    ofId === id
      ? `Two files cannot be version ${ofVsn}: delete the copy.`
      : `If the module was moved, pin its old id with \`id: "${ofId}"\`, and move its snapshots back; if this is a copy, delete it.`;
  return { kind: "damaged", why: `it is the snapshot of ${ofId}, version ${ofVsn}`, todo, line: 1 };
}
