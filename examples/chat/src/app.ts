/** The chat: rooms and users, then presence, which brings them together, then the traffic, unless `CHAT_TRAFFIC=off`. */
import { child, supervisor } from "instar";
import presence from "./presence.actor.ts";
import room from "./room.actor.ts";
import { roomNames, seats, userNames } from "./seats.ts";
import traffic from "./traffic.actor.ts";
import user from "./user.actor.ts";

const { CHAT_TRAFFIC, CHAT_TRAFFIC_UNTIL } = process.env;

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: [
    ...roomNames.map((name) => child(room, { id: name, name, args: [name] })),
    ...userNames.map((name) => child(user, { id: name, name, args: [name] })),
    child(presence, { id: "presence", name: "presence", args: [seats] }),
    ...(CHAT_TRAFFIC === "off" ? [] : [child(traffic, { id: "traffic", name: "traffic", args: [CHAT_TRAFFIC_UNTIL ?? null] })]),
  ],
});
