/** Type tests: the calls of supervisors. Lines that must not compile say so. */
import { child, start, supervisor, type Actor, type Pid, type Supervisor } from "./index.ts";
import room, { type Room } from "./room.test-d.ts";
import user from "./user.test-d.ts";

const app = supervisor({ strategy: "rest_for_one", autoShutdown: "anySignificant", children: [child(room, { id: "tea", args: ["tea"] })] });
const rooms = supervisor({ strategy: "simple_one_for_one", children: [child(room, { id: "room" })] });
const oneRoom = supervisor({ strategy: "simple_one_for_one", children: [child(room, { id: "room", args: ["tea"] })] });

supervisor({
  children: [
    // @ts-expect-error only simple_one_for_one adds arguments later
    child(room, { id: "tea" }),
    child(rooms, { id: "rooms" }),
  ],
});
// @ts-expect-error one specification
supervisor({ strategy: "simple_one_for_one", children: [] });
// @ts-expect-error no such strategy
supervisor({ strategy: "all", children: [] });

export async function calls(): Promise<void> {
  const pid: Pid<Supervisor> = await start(app);
  const started: Pid<never> = await pid.call("startChild", child(user, { id: "bo", args: ["bo"] }));
  await pid.call("restartChild", "bo");
  const id: string | undefined = (await pid.call("whichChildren"))[0]?.id;
  // @ts-expect-error init wants a name
  await pid.call("startChild", child(user, { id: "bo" }));
  // @ts-expect-error ids here
  await pid.call("terminateChild", started);

  const dynamic = await start(rooms);
  const one: Pid<Room> = await dynamic.call("startChild", ["milk"]);
  await dynamic.call("terminateChild", one);
  const none: null | undefined = (await dynamic.call("whichChildren"))[0]?.id;
  // @ts-expect-error of type string
  await dynamic.call("startChild", [1]);
  // @ts-expect-error nothing is missing
  await dynamic.call("startChild", []);
  // @ts-expect-error it has no ids
  await dynamic.call("restartChild", "room");
  await (await start(oneRoom)).call("startChild", []);
  void [id, none];
}

/** Arguments that may be left out, given as a tuple of the same type. */
export function optional(args: [string, number?], handle: Actor<{ init(a: string, b?: number): number }>): void {
  supervisor({ children: [child(handle, { id: "x", args })] });
}
