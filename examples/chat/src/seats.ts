/** Who sits where when the chat opens: five rooms, twenty users, each user in two rooms. */
const rooms = ["lobby", "kitchen", "library", "garden", "attic"];
const users =
  "ada alan barbara dennis donald edsger frances grace guido jim joe john katherine ken leslie linus margaret niklaus robin tony".split(
    " ",
  );

export const roomNames: readonly string[] = rooms;
export const userNames: readonly string[] = users;

/** The users of each room, by name. */
export const seats: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  rooms.map((room, at) => [room, users.filter((_, index) => index % rooms.length === at || (index + 2) % rooms.length === at)]),
);
