/** The chat for chaos: rooms and users under supervisors of their own, its front, and the auditor in place of the traffic. */
import { child, supervisor } from "instar";
import auditor from "./auditor.actor.ts";
import front from "./front.actor.ts";
import room from "./room.actor.ts";
import rooms from "./rooms.ts";
import users from "./users.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  // So many that it never gives up: whether intensities are respected is shown by the supervisors beneath.
  intensity: { restarts: 100, within: 5000 },
  children: [
    child(rooms, { id: "rooms" }),
    child(users, { id: "users" }),
    ...["hall", "porch"].map((name) => child(room, { id: name, name, args: [name] })),
    child(auditor, {
      id: "auditor",
      name: "auditor",
      args: [Number(process.env["CHAOS_PAUSE"] ?? 40), process.env["CHAOS_UNTIL"] ?? "chaos-ends"],
    }),
    child(front, { id: "front", name: "front", args: [Number(process.env["CHAT_PORT"] ?? 3000)], shutdown: 10_000 }),
  ],
});
