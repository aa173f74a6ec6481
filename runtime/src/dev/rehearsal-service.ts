/**
 * What a rehearsal asks of the two processes that it takes. The application packs states, in slices, and does nothing else for it. The other
 * process has its code and none of its processes; there the new code is loaded as well, and the states are converted, up and down again.
 */
import { ImageParts, restorePart } from "../image-parts.ts";
import { type ModuleChange, type System, upgrade } from "../internal.ts";
import type { Process } from "../process.ts";
import { createSystem, live } from "../system.ts";
import { loadRedactor, type Redact, toSave } from "./redact-states.ts";
import type { SystemImage } from "../system-image.ts";
import type { ChildRequests, ChildUpgrade } from "./child-protocol.ts";
import type { CodeServer } from "./code-server.ts";
import type { ChangesOf } from "./code-service.ts";
import { codeWorld } from "./code-world.ts";
import { toUpgradeError } from "./dev-error.ts";
import { emptyReport } from "./report.ts";
import type { SourceMaps } from "./source-maps.ts";

export type RehearsalMethod = "pack" | "rehearsal" | "convert" | "redactBy" | "redact";

export type RehearsalService = {
  readonly [M in RehearsalMethod]: (
    params: ChildRequests[M]["params"],
    signal: AbortSignal,
  ) => ChildRequests[M]["result"] | Promise<ChildRequests[M]["result"]>;
};

export function createRehearsalService(options: {
  readonly root: string;
  readonly maps: SourceMaps;
  readonly system: System;
  readonly codeServer: CodeServer;
  readonly changesOf: ChangesOf;
  /** Before its state is converted. */
  readonly onProcess: (process: Process) => void;
}): RehearsalService {
  const { root, maps, system, codeServer, changesOf, onProcess } = options;
  let parts: ImageParts | null = null;
  let rehearsing: { readonly changes: readonly ModuleChange[]; readonly extra: unknown } | null = null;

  let redactor: Redact | null = null;
  const restored = (image: string): System => {
    const modules = new Map([...codeServer.modules].map(([id, { module }]) => [id, module]));
    return restorePart(JSON.parse(image) as SystemImage, { modules, code: codeWorld(codeServer) });
  };

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
        return {
          ok: true,
          value: await upgrade(restored(image), changes, { rehearse: { onProcess }, extra, signal, pace: { oneTurn: 0 } }),
        };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_IMAGE_REFUSED") };
      }
    },
    async redactBy({ built }) {
      try {
        redactor = await loadRedactor(root, maps, built);
        return { ok: true, value: null };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_EVALUATION_FAILED") };
      }
    },
    redact({ image }) {
      try {
        const actors = [...live(restored(image)).processes.values()].filter(({ version }) => version.kind === "actor");
        return { ok: true, value: actors.map((process) => (onProcess(process), toSave(process, redactor))) };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_REDACTION_FAILED") };
      }
    },
  };
}

/** For how long the application packs states at a stretch, in milliseconds; a single large state may take longer. */
const slice = 3;
/** More objects than this are not held twice at a time. */
const mostNodes = 100_000;
