/** What the main thread is doing at this moment, for the watchdog, which asks in the middle of it. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { currentFlight } from "../internal.ts";
import type { SourceMaps } from "./source-maps.ts";
import type { RunningCode } from "./watchdog-channel.ts";

/** Frames are those of the running code alone: neither those of the question nor of the runtime beneath. */
export function lookAtRunningCode(maps: SourceMaps): RunningCode {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const asked = new Error("the watchdog asks");
  const frames = (asked.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const place = maps.placeOf(asked);
  Error.stackTraceLimit = stackTraceLimit;
  const flight = currentFlight();
  const { pid, name, module } = flight?.process ?? {};
  const stack = frames.filter((frame) => !isInternal(frame));
  return {
    pid: pid?.id ?? null,
    name: name ?? null,
    module: module?.id ?? null,
    // What a handler has left behind, in a promise for example, runs when that one is over.
    handler: flight?.done === false ? flight.handler : null,
    stack: (stack.length > 0 ? stack : frames).slice(0, 30).join("\n"),
    place,
  };
}

const ownFolder = dirname(dirname(fileURLToPath(import.meta.url)));

function isInternal(frame: string): boolean {
  return frame.includes("(node:") || frame.includes("at node:") || frame.includes(ownFolder) || /<anonymous>:\d|instar-drain/.test(frame);
}
