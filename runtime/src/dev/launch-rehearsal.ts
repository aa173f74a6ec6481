/** `launchRehearsal`: a process that is there for a rehearsal alone. Nobody waits for its answers but the rehearsal, and what it prints is logged. */
import { type Application, type RehearsalEvents, startApplication } from "./application.ts";
import type { Heartbeat } from "./child-protocol.ts";
import { outOfMemory } from "./own-process.ts";

export function launchRehearsal(
  host: {
    readonly root: string;
    readonly heartbeat: Heartbeat;
    readonly log: (level: "info" | "warning", text: string) => void;
    /** All processes that there are. */
    readonly alive: Set<Application>;
  },
  { onExit, ...rehearsal }: RehearsalEvents & { readonly onExit: (how: string) => void },
): Application {
  const { root, heartbeat, log, alive } = host;
  /** V8 says much when its heap is full, and nothing that helps. */
  let lastWords = false;
  let isFull = false;
  const launched = startApplication({
    root,
    heartbeat,
    rehearsal,
    // A step that takes long is ended with all of it, by the rehearsal.
    handlerLimit: null,
    stdio: "pipe",
    onNotification: () => {},
    // Modules that listen while they are evaluated find that they do.
    onListen: (port) => Promise.resolve({ id: "rehearsal", port }),
    onOutput(stream, line) {
      lastWords ||= stream === "stderr" && /^(<--- Last few GCs|FATAL ERROR|#$)/.test(line);
      isFull ||= lastWords && /out of memory|Allocation failed/.test(line);
      if (!lastWords) log(stream === "stdout" ? "info" : "warning", `rehearsal: ${line}`);
    },
    onStatus: () => {},
    onStuck: () => {},
    onLimit: () => {},
    onExit(code, signal) {
      alive.delete(launched);
      onExit(isFull ? outOfMemory : (signal ?? `exit code ${code}`));
    },
  });
  alive.add(launched);
  return launched;
}
