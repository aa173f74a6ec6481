/** What the control endpoint answers: each request of the protocol, in terms of the application, the upgrader and the runtime around them. */
import type { RuntimeInfo, UpgradeError } from "../protocol.ts";
import type { Application } from "./application.ts";
import type { ProcessAction } from "./child-protocol.ts";
import type { Handlers } from "./control-endpoint.ts";
import { DevError } from "./dev-error.ts";
import type { Upgrader } from "./upgrader.ts";

export interface ControlledRuntime {
  readonly upgrader: Upgrader;
  /** Resolves when the application runs that is being started, if one is; fails as its start does. */
  readonly started: () => Promise<void>;
  /** The one that runs now. */
  readonly application: () => Pick<Application, "request" | "end">;
  readonly info: () => RuntimeInfo;
  readonly setWatching: (enabled: boolean) => void;
  /** Something that clients show has changed. */
  readonly changed: () => void;
  /** An upgrade by request has ended, or the plan of one. */
  readonly upgraded: () => void;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function createHandlers(runtime: ControlledRuntime): Handlers {
  const { upgrader, started, application, info, setWatching, changed, upgraded, restart, stop } = runtime;
  /** Only once the application has started is it known what is loaded. */
  const byRequest = async <R>(run: () => Promise<R>): Promise<R> => {
    await started();
    try {
      return await run();
    } finally {
      upgraded();
    }
  };
  const act = async (pid: string, action: ProcessAction["action"]): Promise<null> => {
    const outcome = await application().request("act", { pid, action });
    if (!outcome.ok) throw asDevError(outcome.error);
    // No event says that a process was suspended.
    changed();
    return null;
  };
  return {
    "runtime/info": info,
    "runtime/stop"() {
      // The answer goes out first.
      setImmediate(() => void stop());
      return null;
    },
    async "runtime/restart"() {
      await restart();
      return null;
    },
    "runtime/watch"({ enabled }) {
      setWatching(enabled);
      return { enabled };
    },
    "modules/list": async () => ({ modules: await application().request("modules", {}) }),
    "processes/list": async () => ({ processes: await application().request("processes", {}) }),
    async "processes/state"({ pid }) {
      const state = await application().request("state", { pid });
      if (state === null) throw new DevError("INSTAR_NOPROC", `no process ${pid} lives here; it may have exited. See: instar ps`);
      return state;
    },
    async "states/check"({ module = null }) {
      await started();
      return upgrader.checkStates(module);
    },
    "states/save": (params, signal) => byRequest(() => upgrader.saveStates(params, { signal })),
    async "processes/kill"({ pid }) {
      await application().end(pid);
      return null;
    },
    "processes/suspend": ({ pid }) => act(pid, "suspend"),
    "processes/resume": ({ pid }) => act(pid, "resume"),
    "processes/restart": ({ pid }) => act(pid, "restart"),
    async "code/purge"(params) {
      const outcome = await application().request("purge", params);
      if (!outcome.ok) throw asDevError(outcome.error);
      upgrader.purged(outcome.value.loaded);
      changed();
      return outcome.value.report;
    },
    "code/holders": ({ module = null }) => application().request("holders", { module }),
    "upgrade/rehearse": (params, signal) => byRequest(() => upgrader.rehearse(params, { signal })),
    "upgrade/plan": (params) => byRequest(() => upgrader.plan(params)),
    "upgrade/apply": (params, signal) => byRequest(() => upgrader.apply(params, { signal })),
    "upgrade/downgrade": (params, signal) => byRequest(() => upgrader.downgrade(params, { signal })),
    "upgrade/rollback": (params, signal) => byRequest(() => upgrader.rollback(params, { signal })),
  };
}

/** An error that came from the application's process as data. */
export function asDevError({ code, message, module, place }: UpgradeError): DevError {
  return new DevError(code as "INSTAR_START_FAILED", message, { module, place });
}
