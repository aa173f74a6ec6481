/**
 * The versions of the chat between which chaos goes, as edits of version 1, with their steps; and sources that cannot be upgraded to. Version 2
 * is the one of the demo; in version 3 a room gets one more field, and a user another.
 */
import { version2, type Edit } from "../chat/version-2.ts";

export const versions = [1, 2, 3] as const;
export type Version = (typeof versions)[number];

/** Why an upgrade to sources with this fault fails. */
export const faults = {
  /** One state of many cannot be converted. */
  throws: 'if (state.name === "garden") throw new Error("the garden is closed");\n        return state;',
  /** One new state is none. */
  wrong: 'return state.name === "garden" ? ({ ...state, posted: "many" } as never) : state;',
  promise: "return Promise.resolve(state) as never;",
  /** The application does not answer any more. */
  loops: "for (;;);",
} as const;
export type Fault = keyof typeof faults | "syntax";

const room = "src/room.actor.ts";
const user = "src/user.actor.ts";

/** The edits that make a version, or the sources of one with a fault, of the sources of version 1. */
export function editsOf(version: Version, fault?: Fault): Edit[] {
  const top = fault === undefined || fault === "syntax" ? version : 4;
  const edits: Edit[] = [
    ...(top > 1 ? version2 : []),
    ...(top > 2 ? version3 : []),
    ...[room, user].map((file) => ({ file, find: "  vsn: 1,", replace: `  vsn: ${file === room ? top : Math.min(top, 3)},` })),
  ];
  if (top > 1) {
    edits.push(module(room, "Room", top, roomTypes, roomSteps(fault)), module(user, "User", Math.min(top, 3), userTypes, userSteps));
  }
  if (fault === "syntax") edits.push({ file: room, find: "export default", replace: "export defaul" });
  return edits;
}

const version3: readonly Edit[] = [
  { file: room, find: "readonly topic: string;", replace: "readonly topic: string;\n  readonly pinned: string | null;" },
  { file: room, find: 'topic: ""', replace: 'topic: "", pinned: null' },
  { file: user, find: "readonly name: string;", replace: "readonly name: string;\n  readonly heard: number;" },
  { file: user, find: "({ name, rooms", replace: "({ name, heard: 0, rooms" },
  { file: user, find: "next({ ...state, inbox:", replace: "next({ ...state, heard: state.heard + 1, inbox:" },
];

/** Frozen types above the definition, and steps within it; the newest version's type is called `State`. */
function module(file: string, name: string, vsn: number, types: readonly string[], steps: readonly string[]): Edit {
  const frozen = types.slice(0, vsn - 1).join("\n");
  const written = steps
    .slice(0, vsn - 1)
    .map((step, at) => `    ${at + 1}: ${step},`)
    .join("\n");
  const replace = `${frozen}\nexport default actor<${name}>({\n  codeChange: {\n${written}\n  },`;
  return { file, find: `export default actor<${name}>({`, replace: replace.replaceAll(`StateV${vsn}`, "State") };
}

const roomTypes = [
  "interface StateV1 { readonly title: string; readonly members: readonly Pid<User>[]; readonly log: readonly (readonly [string, string])[]; readonly posted: number }",
  "interface StateV2 { readonly name: string; readonly topic: string; readonly members: readonly Pid<User>[]; readonly log: readonly Message[]; readonly posted: number }",
  "type StateV3 = State;",
];

function roomSteps(fault: Fault | undefined): string[] {
  return [
    `{
      up: ({ title, log, ...rest }: StateV1): StateV2 => ({ ...rest, name: title, topic: "", log: log.map(([from, text]) => [from, text, 0]) }),
      down: ({ name, topic: _, log, ...rest }: StateV2): StateV1 => ({ ...rest, title: name, log: log.map(([from, text]) => [from, text]) }),
    }`,
    `{
      up: (state: StateV2): StateV3 => ({ ...state, pinned: null }),
      down: ({ pinned: _, ...state }: StateV3): StateV2 => state,
    }`,
    `{
      up: (state: StateV3): StateV4 => {
        ${fault === undefined || fault === "syntax" ? "return state;" : faults[fault]}
      },
      down: (state: StateV4): StateV3 => state,
    }`,
  ];
}

const userTypes = [
  "interface StateV1 { readonly name: string; readonly rooms: readonly Pid<Room>[]; readonly inbox: readonly (readonly [string, string])[]; readonly listener: Pid<Traffic> | null }",
  "interface StateV2 { readonly name: string; readonly rooms: readonly Pid<Room>[]; readonly inbox: readonly Message[]; readonly listener: Pid<Traffic> | null }",
];

const userSteps = [
  `{
      up: ({ inbox, ...rest }: StateV1): StateV2 => ({ ...rest, inbox: inbox.map(([from, text]) => [from, text, 0]) }),
      down: ({ inbox, ...rest }: StateV2): StateV1 => ({ ...rest, inbox: inbox.map(([from, text]) => [from, text]) }),
      messages: {
        heard: {
          up: ([from, text]: readonly [string, string]) => [[from, text, 0]],
          down: ([from, text]: Message) => [[from, text]],
        },
      },
    }`,
  `{
      up: (state: StateV2): StateV3 => ({ ...state, heard: 0 }),
      down: ({ heard: _, ...state }: StateV3): StateV2 => state,
    }`,
];
