/** Who may connect to the control endpoint: not a page of the web, and only who knows the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly why: string;
}

/** Pages of the web reach loopback as well, by its address or by a name that resolves to it; so they are kept out before the token counts. */
export function whyRefused({ headers, socket }: IncomingMessage, token: string): Refusal | null {
  const { host = "", origin, authorization = "" } = headers;
  if (origin !== undefined) return { status: 403, why: `it has the Origin ${quoted(origin)}, and only web pages send one` };
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (!["127.0.0.1", "localhost", "[::1]"].includes(name)) {
    return { status: 403, why: `it asks for the host ${quoted(host)}, which is not this machine's loopback` };
  }
  const given = /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (given === undefined) return { status: 401, why: `it has no token (from port ${socket.remotePort})` };
  if (!timingSafeEqual(digest(given), digest(token))) return { status: 401, why: `it has a wrong token (from port ${socket.remotePort})` };
  return null;
}

export function refuseClient(socket: Duplex, status: 400 | Refusal["status"]): void {
  const challenge = status === 401 ? "WWW-Authenticate: Bearer\r\n" : "";
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** For the log: on one line, without control characters, and not without end. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** Digests have one length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
