/** The record that rooms and users share: one thing that somebody said. */
export type Message = readonly [from: string, text: string];

/** The only place that makes messages, so that a change of the record is made here. */
export function message(from: string, text: string): Message {
  return [from, text];
}
