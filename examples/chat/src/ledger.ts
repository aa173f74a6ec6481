/**
 * The books of the traffic: what was sent to each room, what came back, and who heard it. Pure, and plain data throughout, so that it
 * lives in an actor's state and shows every message that is lost, duplicated or reordered.
 */

export interface Ledger {
  readonly rooms: Readonly<Record<string, RoomLedger>>;
  readonly answered: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /**
   * Answers that came after that of a younger call. No fault by itself: who asks in one process of the operating system, and goes on asking in
   * another, gets answers on two ways.
   */
  readonly overtaken: number;
  /** Answers that are errors, or that do not fit what was sent. */
  readonly wrong: number;
  /** What went wrong, in words; the first 20. */
  readonly faults: readonly string[];
}

interface RoomLedger {
  /** Messages to one room are numbered from 1; this is the last. */
  readonly sent: number;
  /** The numbers of the calls that are not answered yet, in the order of sending. */
  readonly open: readonly number[];
  /** By how much the room's own count is behind the number sent: what the room has missed so far. */
  readonly behind: number;
  readonly listeners: Readonly<Record<string, Listener>>;
}

interface Listener {
  /** The highest number heard. */
  readonly last: number;
  /** Lower numbers that were not heard: lost if they never come, reordered if they do. */
  readonly missing: readonly number[];
}

export interface Totals {
  readonly sent: number;
  readonly answered: number;
  readonly delivered: number;
  /** Calls not answered and deliveries not made, as yet. */
  readonly unanswered: number;
  readonly undelivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly overtaken: number;
  readonly wrong: number;
  readonly faults: readonly string[];
}

/** Opens the books: for each room the names of those who hear what is said there. */
export function openLedger(listeners: Readonly<Record<string, readonly string[]>>): Ledger {
  const rooms = Object.entries(listeners).map(([room, names]): [string, RoomLedger] => [
    room,
    { sent: 0, open: [], behind: 0, listeners: Object.fromEntries(names.map((name) => [name, { last: 0, missing: [] }])) },
  ]);
  return {
    rooms: Object.fromEntries(rooms),
    answered: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    overtaken: 0,
    wrong: 0,
    faults: [],
  };
}

/** Enters the next message to a room; its number is the room's `sent` afterwards. */
export function sent(ledger: Ledger, room: string, kind: "call" | "cast"): Ledger {
  return inRoom(ledger, room, (books) => ({
    ...books,
    sent: books.sent + 1,
    open: kind === "call" ? [...books.open, books.sent + 1] : books.open,
  }));
}

/** Enters the answer to call `seq`: the room's own running number of that message. */
export function answered(ledger: Ledger, room: string, seq: number, number: number): Ledger {
  const books = ledger.rooms[room];
  if (books === undefined || !books.open.includes(seq)) {
    return fault({ ...ledger, wrong: ledger.wrong + 1 }, `${room}: an answer to #${seq}, which is not open`);
  }
  const behind = seq - number;
  let next = inRoom(ledger, room, () => ({ ...books, behind, open: books.open.filter((each) => each !== seq) }));
  next = { ...next, answered: next.answered + 1 };
  if (books.open[0] !== seq) {
    next = { ...next, overtaken: next.overtaken + 1 };
  } else if (behind !== books.behind) {
    const text = `${room}: #${seq} was answered as number ${number} instead of ${seq - books.behind}`;
    next = fault({ ...next, wrong: next.wrong + 1 }, text);
  }
  return next;
}

/** Enters that call `seq` ended in an error: it counts as lost. */
export function failed(ledger: Ledger, room: string, seq: number, reason: string): Ledger {
  const next = inRoom(ledger, room, (books) => ({ ...books, open: books.open.filter((each) => each !== seq) }));
  return fault({ ...next, lost: next.lost + 1 }, `${room}: the call #${seq} failed: ${reason}`);
}

/** Enters that a listener heard message `seq` of a room. */
export function delivered(ledger: Ledger, listener: string, room: string, seq: number): Ledger {
  const books = ledger.rooms[room];
  const before = books?.listeners[listener];
  if (books === undefined || before === undefined || !(seq <= books.sent)) {
    return fault({ ...ledger, wrong: ledger.wrong + 1 }, `${listener} heard #${seq} of ${room}, which was never sent to them`);
  }
  const enter = (after: Listener, counts: Partial<Ledger> = {}): Ledger => ({
    ...inRoom(ledger, room, () => ({ ...books, listeners: { ...books.listeners, [listener]: after } })),
    delivered: ledger.delivered + 1,
    ...counts,
  });
  if (seq > before.last) {
    const skipped = Array.from({ length: seq - before.last - 1 }, (_, index) => before.last + 1 + index);
    return enter({ last: seq, missing: skipped.length === 0 ? before.missing : [...before.missing, ...skipped] });
  }
  if (before.missing.includes(seq)) {
    const late = enter({ last: before.last, missing: before.missing.filter((each) => each !== seq) }, { reordered: ledger.reordered + 1 });
    return fault(late, `${room}: ${listener} heard #${seq} only after #${before.last}`);
  }
  const twice = { ...ledger, duplicated: ledger.duplicated + 1 };
  return fault(twice, `${room}: ${listener} heard #${seq} twice`);
}

/** Closes the books when nothing more can come: what has not come by now is lost. */
export function close(ledger: Ledger): Ledger {
  let next = ledger;
  for (const [room, books] of Object.entries(ledger.rooms)) {
    for (const seq of books.open) next = fault({ ...next, lost: next.lost + 1 }, `${room}: the call #${seq} was never answered`);
    const deaf = new Map<number, string[]>();
    for (const [name, { last, missing }] of Object.entries(books.listeners)) {
      const never = [...missing];
      for (let seq = last + 1; seq <= books.sent; seq += 1) never.push(seq);
      for (const seq of never) deaf.set(seq, [...(deaf.get(seq) ?? []), name]);
    }
    for (const [seq, names] of [...deaf].toSorted(([a], [b]) => a - b)) {
      next = fault({ ...next, lost: next.lost + names.length }, `${room}: #${seq} was never heard by ${names.join(", ")}`);
    }
  }
  return next;
}

export function totals(ledger: Ledger): Totals {
  let sentInAll = 0;
  let unanswered = 0;
  let undelivered = 0;
  for (const books of Object.values(ledger.rooms)) {
    sentInAll += books.sent;
    unanswered += books.open.length;
    for (const { last, missing } of Object.values(books.listeners)) undelivered += books.sent - last + missing.length;
  }
  const { answered: answers, delivered: deliveries, lost, duplicated, reordered, overtaken, wrong, faults } = ledger;
  return {
    sent: sentInAll,
    answered: answers,
    delivered: deliveries,
    unanswered,
    undelivered,
    lost,
    duplicated,
    reordered,
    overtaken,
    wrong,
    faults,
  };
}

function inRoom(ledger: Ledger, room: string, change: (books: RoomLedger) => RoomLedger): Ledger {
  const books = ledger.rooms[room];
  return books === undefined ? ledger : { ...ledger, rooms: { ...ledger.rooms, [room]: change(books) } };
}

function fault(ledger: Ledger, text: string): Ledger {
  return ledger.faults.length >= 20 ? ledger : { ...ledger, faults: [...ledger.faults, text] };
}
