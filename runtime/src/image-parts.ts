/**
 * `ImageParts` and `restorePart`: the processes of some modules as plain JSON, a part at a time, beside the traffic, and as processes again in
 * a system of their own, where nothing of them ever runs: what a rehearsal in another program needs. Nobody comes to rest for it, so each
 * process is taken as it is in one moment, and two of them in different ones.
 */
import { arrive } from "./hand-over.ts";
import type { PendingCall } from "./mailbox.ts";
import type { LoadedModule } from "./module.ts";
import type { CodeWorld } from "./neighbor.ts";
import { Packer } from "./pack-values.ts";
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";
import { imageFormat, imageOf, type Obstacle, type ProcessImage, rowOf, type SystemImage } from "./system-image.ts";
import { createSystem, live, type System } from "./system.ts";

export interface ImagePart {
  readonly image: SystemImage;
  /** Why processes are not in it, one reason for each. */
  readonly obstacles: readonly Obstacle[];
  /** Whether that was the last one. */
  readonly done: boolean;
}

export class ImageParts {
  readonly #processes: Iterator<Process>;
  readonly #modules: ReadonlySet<string>;
  /** Those that are started later are of no interest: else there might be no end. */
  readonly #limit: number;
  readonly #numbers = new Map<PendingCall, number>();

  /** @param modules ids */
  constructor(system: System, modules: ReadonlySet<string>) {
    const { processes, nextNumber } = live(system);
    this.#processes = processes.values()[Symbol.iterator]();
    this.#modules = modules;
    this.#limit = nextNumber;
  }

  /** One process at least. @param full whether it is enough, given how much there is */
  next(full: (nodes: number) => boolean): ImagePart {
    const packer = new Packer(this.#numberOf);
    const obstacles: Obstacle[] = [];
    const processes: ProcessImage[] = [];
    let isDone = false;
    do {
      const { done, value: process } = this.#processes.next();
      isDone = done === true;
      if (isDone || process.phase !== "running" || !this.#modules.has(process.module.id)) continue;
      if (ProcessPid.numberOf(process.pid) >= this.#limit) continue;
      const before = packer.obstacles.length;
      const packed = imageOf(process, packer);
      const [first] = packer.obstacles.slice(before);
      if (first !== undefined) obstacles.push({ ...rowOf(process), ...first });
      else if (process.version !== process.module.current) {
        obstacles.push({ ...rowOf(process), path: "its code", what: `version ${process.version.vsn}, which is no longer current` });
      } else processes.push(packed);
    } while (!isDone && !full(packer.nodes.length));
    return { image: { format: imageFormat, modules: [], processes, next: this.#limit, nodes: packer.nodes }, obstacles, done: isDone };
  }

  readonly #numberOf = (call: PendingCall): number => {
    const number = this.#numbers.get(call) ?? this.#numbers.size + 1;
    this.#numbers.set(call, number);
    return number;
  };
}

/** What is not in the part, and is spoken of in it, is there as processes that nothing can be sent to. */
export function restorePart(
  image: SystemImage,
  world: { readonly modules: ReadonlyMap<string, LoadedModule>; readonly code: CodeWorld },
): System {
  const system = createSystem({ context: false, log: () => {} });
  arrive(system, image, { ...world, send: () => {} });
  return system;
}
