/**
 * What a rehearsal asks of the two processes that it takes. The application packs states, in slices, and does nothing else for it. The other
 * process has its code and none of its processes; there the new code is loaded as well, and the states are converted, up and down again.
 */
import { ImageParts, restorePart } from "../image-parts.ts";
import { type ModuleChange, type System, upgrade } from "../internal.ts";
import type { Process } from "../process.ts";
import { createSystem } from "../system.ts";
import type { SystemImage } from "../system-image.ts";
import type { ChildRequests, ChildUpgrade } from "./child-protocol.ts";
import type { CodeServer } from "./code-server.ts";
import type { ChangesOf } from "./code-service.ts";
import { codeWorld } from "./code-world.ts";
import { toUpgradeError } from "./dev-error.ts";
import { emptyReport } from "./report.ts";

export type RehearsalMethod = "pack" | "rehearsal" | "convert";

export type RehearsalService = {
  readonly [M in RehearsalMethod]: (
    params: ChildRequests[M]["params"],
    signal: AbortSignal,
  ) => ChildRequests[M]["result"] | Promise<ChildRequests[M]["result"]>;
};

export function createRehearsalService(options: {
  readonly system: System;
  readonly codeServer: CodeServer;
  readonly changesOf: ChangesOf;
  /** Before its state is converted. */
  readonly onProcess: (process: Process) => void;
}): RehearsalService {
  const { system, codeServer, changesOf, onProcess } = options;
  let parts: ImageParts | null = null;
  let rehearsing: { readonly changes: readonly ModuleChange[]; readonly extra: unknown } | null = null;

  return {
    pack({ modules }) {
      const begin = performance.now();
      if (modules !== null) parts = new ImageParts(system, new Set(modules));
      if (parts === null) return { image: null, obstacles: [], took: 0, done: true };
      const end = begin + slice;
      const { image, obstacles, done } = parts.next((nodes) => nodes > mostNodes || performance.now() > end);
      if (done) parts = null;
      const text = image.processes.length === 0 ? null : JSON.stringify(image);
      return { image: text, obstacles, took: performance.now() - begin, done };
    },
    async rehearsal(request: ChildUpgrade) {
      try {
        // Never settled: this process ends with the rehearsal.
        const prepared = await codeServer.prepare(request.load);
        const { changes, report } = changesOf(prepared, request);
        if (report !== null) return { report, modules: [] };
        rehearsing = { changes, extra: request.extra };
        const nobody = await upgrade(createSystem(), changes, { rehearse: true });
        const { reinstantiated } = prepared;
        return {
          report: { ...nobody, ...(reinstantiated.length > 0 && { reinstantiated }) },
          modules: changes.map(({ module }) => module.id),
        };
      } catch (error) {
        return { report: emptyReport("refused", [toUpgradeError(error, "INSTAR_EVALUATION_FAILED")]), modules: [] };
      }
    },
    async convert({ image }, signal) {
      const { changes, extra } = rehearsing as NonNullable<typeof rehearsing>;
      try {
        const modules = new Map([...codeServer.modules].map(([id, { module }]) => [id, module]));
        const copies = restorePart(JSON.parse(image) as SystemImage, { modules, code: codeWorld(codeServer) });
        return { ok: true, value: await upgrade(copies, changes, { rehearse: { onProcess }, extra, signal, pace: { oneTurn: 0 } }) };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_IMAGE_REFUSED") };
      }
    },
  };
}

/** For how long the application packs states at a stretch, in milliseconds; a single large state may take longer. */
const slice = 3;
/** More objects than this are not held twice at a time. */
const mostNodes = 100_000;
