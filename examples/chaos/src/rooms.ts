/** The rooms to which the auditor writes. */
import { child, supervisor } from "instar";
import room from "./room.actor.ts";
import { roomNames } from "./seats.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: roomNames.map((name) => child(room, { id: name, name, args: [name] })),
});
