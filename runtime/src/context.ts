/**
 * What handlers get as their context. Getters, so that an object with the state is all that a message costs: what a handler does not ask
 * for is not made. Each message has its own, since a closure may look at it when later messages have been handled.
 */
import { Caller } from "./from.ts";
import type { Message } from "./mailbox.ts";
import type { Process } from "./process.ts";
import { next, noReply, reply, stop } from "./result.ts";
import type { ProcessSelf } from "./self.ts";

/** For casts, infos and `terminate`, which has no use for the functions. */
export class MessageContext {
  readonly state: unknown;
  readonly #process: Process;

  constructor(process: Process) {
    this.state = process.state;
    this.#process = process;
  }

  get self(): ProcessSelf {
    return this.#process.self;
  }

  get next() {
    return next;
  }

  get stop() {
    return stop;
  }
}

export class CallContext {
  readonly state: unknown;
  readonly #process: Process;
  readonly #message: Message;

  constructor(process: Process, message: Message) {
    this.state = process.state;
    this.#process = process;
    this.#message = message;
  }

  get self(): ProcessSelf {
    return this.#process.self;
  }

  get from(): Caller {
    return new Caller(this.#message);
  }

  get reply() {
    return reply;
  }

  get noReply() {
    return noReply;
  }

  get stop() {
    return stop;
  }
}
