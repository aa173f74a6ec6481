/** Those who hear what is said in the rooms. */
import { child, supervisor } from "instar";
import { userNames } from "./seats.ts";
import user from "./user.actor.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: userNames.map((name) => child(user, { id: name, name, args: [name] })),
});
