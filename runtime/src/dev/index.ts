/**
 * `instar/dev`: runs an application so that its code can be changed while it runs. The caller's process becomes the parent, which holds
 * the control endpoint, the builds and the file watching; the application runs in a child.
 */
export type { DevRuntime, DevRuntimeOptions, ModuleShape, ShapePort } from "./options.ts";
export { DevError } from "./dev-error.ts";
export { startDevRuntime } from "./start-dev-runtime.ts";
