/** What an editor can say of a field, a message, a version or a step: plain data, for whoever puts it into words. */
import type { Change } from "../model.ts";
import type { Location, Range } from "../span.ts";

export interface Described {
  /** Of the name that it is about. */
  readonly range: Range;
  /** Several where several modules share a declaration. */
  readonly descriptions: readonly Description[];
  /** How many modules have it, too, and are not spoken of. */
  readonly more: number;
}

export type Description = FieldDescription | MessageDescription | VersionDescription | StepDescription | FrozenDescription;

interface OfModule {
  readonly module: string;
  /** What the source says. */
  readonly vsn: number;
  readonly released: boolean;
  /** The newest release before this version; null where there is none. */
  readonly previous: number | null;
}

/** What it was, from version to version. */
export interface Past {
  /** Ascending; each from its version on, the last one as it is now. */
  readonly forms: readonly Form[];
  /** Whether the oldest release has it already. */
  readonly always: boolean;
  /** Releases right before the first form that cannot be read: it may be older. */
  readonly unreadable: readonly number[];
  /** Something else of its name that was gone in between. */
  readonly earlier: { readonly vsn: number; readonly removed: number; readonly text: string } | null;
}

export interface Form {
  readonly vsn: number;
  /** Whether only the source has it so, though its version is released. */
  readonly edited: boolean;
  /** Releases between the form before and this one that cannot be read: it may be older. */
  readonly unreadable: readonly number[];
  readonly name: string;
  /** As TypeScript: `title: string`. */
  readonly text: string;
}

export interface FieldDescription extends OfModule, Past {
  readonly kind: "field";
  /** `State.members[].name` */
  readonly path: string;
  readonly name: string;
  readonly effects: readonly Effect[];
  /** Whether this version changes it and no step from the release before it is written, though one is needed; or none is needed. */
  readonly step: "missing" | "unneeded" | null;
}

/** What a step does with a field, where it does not just leave it as it is. */
export interface Effect {
  readonly from: number;
  readonly place: Location;
  readonly up: Way;
  readonly down: Way;
}

export type Way =
  | { readonly kind: "keeps" | "drops" | "unknown" }
  | { readonly kind: "missing" }
  /** Taken over from another field. */
  | { readonly kind: "moves"; readonly path: string }
  /** `value`: the same for all states; `made`: from the state that it is given. */
  | { readonly kind: "value" | "made"; readonly text: string }
  | { readonly kind: "irreversible"; readonly why: string | null };

export interface MessageDescription extends OfModule, Past {
  readonly kind: "message";
  readonly section: "calls" | "casts" | "infos";
  readonly name: string;
  /** What steps say of those that wait in mailboxes. */
  readonly queued: readonly { readonly from: number; readonly place: Location; readonly text: string }[];
}

export interface VersionDescription extends OfModule {
  readonly kind: "version";
  /** Ascending, this version included where it is one. */
  readonly releases: readonly { readonly vsn: number; readonly readable: boolean }[];
  /** Since the newest release: before this version, or of this version where the source has changed since. */
  readonly changes: readonly Change[];
  readonly up: "ok" | "missing" | "unneeded";
  readonly down: "ok" | "missing" | "unneeded" | "irreversible";
}

export interface StepDescription extends OfModule {
  readonly kind: "step";
  readonly from: number;
  /** Null where one of its versions is not known. */
  readonly changes: readonly Change[] | null;
}

/** A type that steps keep of an older version's state. */
export interface FrozenDescription extends OfModule {
  readonly kind: "frozen";
  /** The versions whose state it is, ascending. */
  readonly versions: readonly number[];
  /** Whether it is what their releases have; null where one of them is not known. */
  readonly asReleased: boolean | null;
  /** A field of it that the state has no longer, where one was asked about. */
  readonly gone: string | null;
  readonly uses: readonly FrozenUse[];
}

export interface FrozenUse {
  readonly from: number;
  readonly direction: "up" | "down";
  readonly side: "takes" | "gives";
  readonly place: Location;
}
