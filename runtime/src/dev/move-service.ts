/**
 * What an application's process does when the system moves: it gives its processes away, or takes those of another one, and carries on what
 * is said between the two. The parent says when.
 */
import { arrive, depart, obstaclesOf, type Arrival, type Departed } from "../hand-over.ts";
import type { System } from "../index.ts";
import type { Letter, Neighbor } from "../neighbor.ts";
import type { ChildRequests, Loaded, Outcome } from "./child-protocol.ts";
import type { CodeServer } from "./code-server.ts";
import { codeWorld } from "./code-world.ts";
import { toUpgradeError } from "./dev-error.ts";

export type MoveMethod = "load" | "travel" | "depart" | "stay" | "leave" | "arrive" | "open" | "drain" | "parted";

export type MoveService = {
  readonly [M in MoveMethod]: (
    params: ChildRequests[M]["params"],
    signal: AbortSignal,
  ) => ChildRequests[M]["result"] | Promise<ChildRequests[M]["result"]>;
} & {
  /** Something from the other program. */
  letter(letter: Letter): void;
  /** Whether the processes that there are have come from elsewhere and do not run yet. */
  readonly waiting: boolean;
  /** Whether the processes that there were live elsewhere. */
  readonly left: boolean;
};

export function createMoveService(options: {
  readonly system: System;
  readonly codeServer: CodeServer;
  readonly loaded: () => Loaded;
  readonly send: (letter: Letter) => void;
}): MoveService {
  const { system, codeServer, loaded, send } = options;
  let leaving: AbortController | null = null;
  let departed: Departed | null = null;
  let arrival: Arrival | null = null;
  let neighbor: Neighbor | null = null;
  let left = false;
  const early: Letter[] = [];

  const code = codeWorld(codeServer);
  const meet = (other: Neighbor): void => {
    neighbor = other;
    for (const letter of early.splice(0)) other.receive(letter);
  };

  return {
    async load({ load }) {
      try {
        const prepared = await codeServer.prepare(load);
        prepared.commit();
        prepared.settle();
        return { ok: true, value: loaded() };
      } catch (error) {
        return failed(error);
      }
    },
    travel: () => obstaclesOf(system),
    async depart({ timeout, drain }, signal) {
      const { signal: unwanted } = (leaving = new AbortController());
      const departure = await depart(system, {
        ...(timeout !== null && { timeout }),
        drain,
        signal: AbortSignal.any([signal, unwanted]),
        send,
        code,
      });
      if (!departure.ok) return departure;
      departed = departure;
      return { ok: true, image: departure.image };
    },
    stay() {
      // The parent may have given up waiting for the image.
      leaving?.abort();
      departed?.resume();
      departed = null;
      return null;
    },
    leave() {
      left = true;
      meet((departed as Departed).leave());
      return null;
    },
    arrive({ image }) {
      try {
        const modules = new Map([...codeServer.modules].map(([id, { module }]) => [id, module]));
        arrival = arrive(system, image, { modules, code, send });
        return { ok: true, value: loaded() };
      } catch (error) {
        return failed(error);
      }
    },
    open() {
      const { neighbor: other, open } = arrival as Arrival;
      arrival = null;
      meet(other);
      open();
      return null;
    },
    async drain() {
      await departed?.end();
      await neighbor?.idle();
      return null;
    },
    parted() {
      neighbor?.lost();
      neighbor = null;
      return null;
    },
    letter(letter) {
      if (neighbor === null) early.push(letter);
      else neighbor.receive(letter);
    },
    get waiting() {
      return arrival !== null;
    },
    get left() {
      return left;
    },
  };
}

function failed(error: unknown): Outcome<never> {
  return { ok: false, error: toUpgradeError(error, "INSTAR_IMAGE_REFUSED") };
}
