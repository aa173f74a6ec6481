/** Checks the parameters of requests before anything happens: what comes over the socket is nobody's type. */
import type { DowngradeParams, PlanParams, ProbationParams, Requests, RollbackParams, UpgradeParams } from "../protocol.ts";
import { quoted } from "./admit-client.ts";

/** What is wrong with parameters, in words for whoever wrote the client. */
export class BadParams extends Error {}

type Check<M extends keyof Requests> = (params: Record<string, unknown>) => Requests[M]["params"];

/** By method: also the list of all methods. Fields that the protocol does not know are ignored, so that newer clients can talk to us. */
export const checkParams: { readonly [M in keyof Requests]: Check<M> } = {
  "runtime/info": () => ({}),
  "runtime/stop": () => ({}),
  "runtime/restart": () => ({}),
  "runtime/watch": ({ enabled }) => ({ enabled: boolean("enabled", enabled) }),
  "modules/list": () => ({}),
  "processes/list": () => ({}),
  "processes/state": ({ pid }) => ({ pid: text("pid", pid) }),
  "states/check": ({ module }) => (module === undefined ? {} : { module: moduleId("module", module) }),
  "states/save": ({ modules, redact }) => ({
    ...planParams({ modules }),
    ...(redact === undefined ? {} : { redact: text("redact", redact) }),
  }),
  "processes/kill": ({ pid }) => ({ pid: text("pid", pid) }),
  "processes/suspend": ({ pid }) => ({ pid: text("pid", pid) }),
  "processes/resume": ({ pid }) => ({ pid: text("pid", pid) }),
  "processes/restart": ({ pid }) => ({ pid: text("pid", pid) }),
  "code/purge": ({ module, soft }) => ({
    module: moduleId("module", module),
    ...(soft === undefined ? {} : { soft: boolean("soft", soft) }),
  }),
  "code/holders": ({ module }) => (module === undefined ? {} : { module: moduleId("module", module) }),
  "upgrade/rehearse": upgradeParams,
  "upgrade/plan": planParams,
  "upgrade/apply": upgradeParams,
  "upgrade/downgrade": downgradeParams,
  "upgrade/rollback": common,
};

function upgradeParams(params: Record<string, unknown>): UpgradeParams {
  const { mode, probation, plan } = params;
  if (mode !== undefined && mode !== "otp") throw new BadParams('`mode` must be "otp", or left out');
  if (mode !== undefined && probation !== undefined)
    throw new BadParams('`probation` has no meaning with `mode: "otp"`, which knows no way back');
  return {
    ...planParams(params),
    ...common(params),
    ...(plan === undefined ? {} : { plan: text("plan", plan) }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function planParams(params: Record<string, unknown>): PlanParams {
  const { modules } = params;
  const { strategy } = strategyParams(params);
  if (modules !== undefined && !Array.isArray(modules)) throw new BadParams("`modules` must be a list of module ids");
  return {
    ...(modules === undefined ? {} : { modules: [...new Set(modules.map((id: unknown, index) => moduleId(`modules[${index}]`, id)))] }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

function probationParams(value: unknown): ProbationParams {
  const { for: time, restarts } = (typeof value === "object" && value !== null ? value : {}) as { for?: unknown; restarts?: unknown };
  // Timers know no longer time.
  if (typeof time !== "number" || !(time > 0 && time < 2 ** 31))
    throw new BadParams("`probation.for` must be a number of milliseconds, more than 0");
  if (typeof restarts !== "number" || !Number.isInteger(restarts) || restarts < 0) {
    throw new BadParams("`probation.restarts` must be a whole number, 0 or more");
  }
  return { for: time, restarts };
}

function downgradeParams(params: Record<string, unknown>): DowngradeParams {
  const { targets } = params;
  if (!Array.isArray(targets) || targets.length === 0)
    throw new BadParams("`targets` must be a list of at least one module and its version");
  const checked = targets.map((target: unknown, index) => {
    const { module, vsn } = (typeof target === "object" && target !== null ? target : {}) as { module?: unknown; vsn?: unknown };
    if (typeof vsn !== "number" || !Number.isInteger(vsn) || vsn < 1) {
      throw new BadParams(`\`targets[${index}].vsn\` must be a whole number from 1`);
    }
    return { module: moduleId(`targets[${index}].module`, module), vsn };
  });
  if (new Set(checked.map(({ module }) => module)).size < checked.length) throw new BadParams("`targets` names a module twice");
  return { targets: checked, ...common(params) };
}

function common({ extra, onBusy, timeout, probation, strategy, drain, mode }: Record<string, unknown>): RollbackParams {
  if (onBusy !== undefined && onBusy !== "abort" && onBusy !== "wait" && onBusy !== "restart") {
    throw new BadParams('`onBusy` must be "abort", "wait" or "restart"');
  }
  if (timeout !== undefined && (typeof timeout !== "number" || !Number.isFinite(timeout) || timeout < 0)) {
    throw new BadParams("`timeout` must be a number of milliseconds, 0 or more");
  }
  return {
    ...strategyParams({ strategy, drain, mode, probation }),
    ...(extra === undefined ? {} : { extra }),
    ...(onBusy === undefined ? {} : { onBusy }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(probation === undefined ? {} : { probation: probationParams(probation) }),
  };
}

function strategyParams({ strategy, drain, mode, probation }: Record<string, unknown>): Pick<RollbackParams, "strategy" | "drain"> {
  if (drain !== undefined && (typeof drain !== "number" || !Number.isFinite(drain) || drain < 0))
    throw new BadParams("`drain` must be a number of milliseconds, 0 or more");
  const chosen = strategies.find((each) => each === strategy);
  if (strategy !== undefined && chosen === undefined) throw new BadParams(`\`strategy\` must be one of ${strategies.join(", ")}`);
  if (chosen !== undefined && chosen !== "hot" && mode !== undefined) throw new BadParams(`\`strategy: "${chosen}"\` has no \`mode\``);
  if (chosen === "restart" && probation !== undefined)
    throw new BadParams('`strategy: "restart"` has no `probation`: there are no states to take back');
  return { ...(chosen === undefined ? {} : { strategy: chosen }), ...(drain === undefined ? {} : { drain }) };
}

const strategies = ["hot", "restart", "window", "blue-green"] as const;

function text(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new BadParams(`\`${name}\` must be a text`);
  return value;
}

/** Ids are looked up among what is loaded, and stand in names of files; nobody needs one that leads out of a folder. */
function moduleId(name: string, value: unknown): string {
  const id = text(name, value);
  if (id.length > 1000 || /^\/|^[A-Za-z]:|[\\\p{Cc}]/u.test(id) || id.split("/").some((part) => part === "." || part === "..")) {
    throw new BadParams(`\`${name}\` must be a module id, a path from the project root with /, and not ${quoted(id)}`);
  }
  return id;
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new BadParams(`\`${name}\` must be true or false`);
  return value;
}
