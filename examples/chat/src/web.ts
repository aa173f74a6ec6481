/** The chat with its front: the same supervision tree, beneath a supervisor that also has the way in from outside. */
import { child, supervisor } from "instar";
import app from "./app.ts";
import front from "./front.actor.ts";
import room from "./room.actor.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: [
    child(app, { id: "chat" }),
    // For people from outside alone, since the traffic counts what is said in the others.
    ...["hall", "porch", "terrace"].map((name) => child(room, { id: name, name, args: [name] })),
    // When it is asked to end, what it has begun to answer has so long to be answered.
    child(front, { id: "front", name: "front", args: [Number(process.env["CHAT_PORT"] ?? 3000)], shutdown: 10_000 }),
  ],
});
