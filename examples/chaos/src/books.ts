/**
 * The auditor's books. What is written to one life of a room is numbered from 1, and so is what each life of a user then has to hear; so as
 * long as both live, every message that is lost, comes twice or too late is seen at once. Where one has ended, what it took along is counted.
 * Pure, and plain data throughout.
 */

export interface Books {
  /** By name, the life that a room has now. */
  readonly rooms: Readonly<Record<string, RoomBook>>;
  readonly totals: Totals;
  /** What went wrong, in words; the first 20. */
  readonly faults: readonly string[];
}

export interface RoomBook {
  /** The printed pid of this life. */
  readonly id: string;
  readonly sent: number;
  /** By name. */
  readonly listeners: Readonly<Record<string, Listener>>;
}

export interface Listener {
  readonly id: string;
  /** The number of the last message before it joined: it hears those after it. */
  readonly from: number;
  readonly last: number;
}

export interface Totals {
  /** Messages to rooms; calls are each answered, or rejected with an error that has a name, or open. */
  readonly casts: number;
  readonly calls: number;
  readonly answered: number;
  /** By the code of the error. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly open: number;
  /** Of lives that have ended: what was written to the room, what users heard of it, and what was still due to one of the two. */
  readonly ended: { readonly written: number; readonly heard: number; readonly due: number };
  /** How many deliveries there were in all, counted one by one; and of those how many from a room that had ended. */
  readonly delivered: number;
  readonly late: number;
}

/** What the auditor keeps. */
export interface AuditorState {
  readonly books: Books;
  /** Milliseconds between two ticks. */
  readonly pause: number;
  /** Sending ends as soon as this file exists. */
  readonly until: string;
  /** `settling`: nothing is sent any more, but something is still on its way. */
  readonly phase: "sending" | "settling" | "settled";
  /** By name, the user that was told to report what it hears. */
  readonly told: Readonly<Record<string, string>>;
  /** Calls of rooms that seemed to live when they were rejected: they are to have ended a few ticks later. */
  readonly doubtful: readonly { readonly room: string; readonly id: string; readonly code: string; readonly ticks: number }[];
}

export function openBooks(): Books {
  const ended = { written: 0, heard: 0, due: 0 };
  return { rooms: {}, totals: { casts: 0, calls: 0, answered: 0, rejected: {}, open: 0, ended, delivered: 0, late: 0 }, faults: [] };
}

/** A life of a room begins; the one of before, if any, has ended. */
export function began(books: Books, room: string, id: string): Books {
  const before = books.rooms[room];
  if (before?.id === id) return books;
  let next = books;
  if (before !== undefined) {
    for (const name of Object.keys(before.listeners)) next = left(next, room, name);
    const { totals } = next;
    next = { ...next, totals: { ...totals, ended: { ...totals.ended, written: totals.ended.written + before.sent } } };
  }
  return { ...next, rooms: { ...next.rooms, [room]: { id, sent: 0, listeners: {} } } };
}

/** From the next message on, this life of a user hears what is said in the room. */
export function joined(books: Books, room: string, user: string, id: string): Books {
  const without = left(books, room, user);
  const book = without.rooms[room];
  if (book === undefined) return without;
  return inRoom(without, room, { ...book, listeners: { ...book.listeners, [user]: { id, from: book.sent, last: book.sent } } });
}

/** This life of a user hears no more: what it was still to hear has ended with it. */
export function left(books: Books, room: string, user: string): Books {
  const book = books.rooms[room];
  const listener = book?.listeners[user];
  if (book === undefined || listener === undefined) return books;
  const { [user]: _, ...listeners } = book.listeners;
  const { totals } = books;
  const ended = {
    ...totals.ended,
    heard: totals.ended.heard + listener.last - listener.from,
    due: totals.ended.due + book.sent - listener.last,
  };
  return inRoom({ ...books, totals: { ...totals, ended } }, room, { ...book, listeners });
}

/** Enters the next message; its number is the room's `sent` afterwards. */
export function sent(books: Books, room: string, kind: "call" | "cast"): Books {
  const book = books.rooms[room];
  if (book === undefined) return books;
  const { totals } = books;
  const counted = kind === "call" ? { ...totals, calls: totals.calls + 1, open: totals.open + 1 } : { ...totals, casts: totals.casts + 1 };
  return inRoom({ ...books, totals: counted }, room, { ...book, sent: book.sent + 1 });
}

/** The room answers with its own number of the message, which is ours, unless it has missed some or had some twice. */
export function answered(books: Books, id: string, seq: number, number: number): Books {
  const { totals } = books;
  const next = { ...books, totals: { ...totals, answered: totals.answered + 1, open: totals.open - 1 } };
  return number === seq ? next : fault(next, `the room ${id} took message #${seq} for its number ${number}`);
}

/** A call of a process that lives must not be rejected; whether it lives on is seen later. */
export function rejected(books: Books, code: string): Books {
  const { totals } = books;
  const counts = { ...totals.rejected, [code]: (totals.rejected[code] ?? 0) + 1 };
  return { ...books, totals: { ...totals, rejected: counts, open: totals.open - 1 } };
}

export function delivered(books: Books, user: string, id: string, seq: number): Books {
  const { totals } = books;
  const found = Object.entries(books.rooms).find(([, book]) => book.id === id);
  const next = { ...books, totals: { ...totals, delivered: totals.delivered + 1 } };
  const listener = found?.[1].listeners[user];
  if (found === undefined || listener === undefined) return { ...next, totals: { ...next.totals, late: totals.late + 1 } };
  const [room, book] = found;
  const heard = inRoom(next, room, {
    ...book,
    listeners: { ...book.listeners, [user]: { ...listener, last: Math.max(seq, listener.last) } },
  });
  if (seq === listener.last + 1) return heard;
  const how = seq > listener.last ? `right after #${listener.last}` : seq === listener.last ? "twice" : `after #${listener.last}`;
  return fault(heard, `${user} ${listener.id} heard #${seq} of ${room} ${id} ${how}`);
}

export function fault(books: Books, text: string): Books {
  return books.faults.length >= 20 ? books : { ...books, faults: [...books.faults, text] };
}

/** What users who live have yet to hear. */
export function due(books: Books): number {
  let count = 0;
  for (const { sent: last, listeners } of Object.values(books.rooms)) {
    for (const listener of Object.values(listeners)) count += last - listener.last;
  }
  return count;
}

function inRoom(books: Books, room: string, book: RoomBook): Books {
  return { ...books, rooms: { ...books.rooms, [room]: book } };
}
