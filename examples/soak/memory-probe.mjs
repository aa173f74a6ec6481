/**
 * Loaded into the processes of a soak before their own code: says on SIGUSR2 what they hold, once garbage is collected, in their other threads as
 * well.
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";

const folder = process.env["SOAK_FOLDER"];
/** How long another thread may take, in milliseconds. */
const patience = 5000;

if (folder !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const channel = new BroadcastChannel("soak");
  channel.unref();
  const heap = () => {
    collect();
    return getHeapStatistics().used_heap_size;
  };
  if (isMainThread) {
    const threads = new Set();
    let onAnswer = () => {};
    channel.addEventListener("message", ({ data }) => (data.heap === undefined ? threads.add(data.thread) : onAnswer(data)));
    process.on("SIGUSR2", () => {
      const heaps = new Map();
      const write = () => {
        clearTimeout(limit);
        onAnswer = () => {};
        const resources = process.getActiveResourcesInfo();
        const timers = resources.filter((kind) => kind === "Timeout" || kind === "Immediate").length;
        const others = [...heaps.values()].reduce((sum, each) => sum + each, 0);
        const file = join(folder, `${process.pid}.json`);
        const held = { heap: heap(), others, rss: process.memoryUsage().rss, handles: resources.length - timers, timers };
        writeFileSync(`${file}.part`, JSON.stringify(held));
        renameSync(`${file}.part`, file);
      };
      const limit = setTimeout(write, patience);
      onAnswer = ({ thread, heap: used }) => {
        heaps.set(thread, used);
        if (heaps.size === threads.size) write();
      };
      channel.postMessage("collect");
      if (threads.size === 0) write();
    });
  } else {
    channel.addEventListener("message", ({ data }) => {
      if (data === "collect") channel.postMessage({ thread: threadId, heap: heap() });
    });
    channel.postMessage({ thread: threadId });
  }
}
