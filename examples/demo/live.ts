/** Reads states of the running application, by process name and by module. */
import type { RuntimeConnection } from "../../server/src/live/connection.ts";

export interface Live {
  /** The state of the process of this name. */
  state(name: string): Promise<unknown>;
  /** One field of the states of all processes of a module, in the order of their pids. */
  all(module: string, field: string): Promise<unknown[]>;
  /** The same as text, with the processes' names: `lobby: "tea", attic: "dust"`. */
  values(module: string, field: string): Promise<string>;
}

export function lookAt(runtime: RuntimeConnection): Live {
  const processes = async (module?: string): Promise<readonly { readonly pid: string; readonly name: string | null }[]> => {
    const list = (await runtime.request("processes/list", {})).processes;
    return module === undefined ? list : list.filter((process) => process.module === module);
  };
  const stateOf = async (pid: string): Promise<unknown> => (await runtime.request("processes/state", { pid })).json;
  const fieldOf = async (pid: string, field: string): Promise<unknown> => ((await stateOf(pid)) as Record<string, unknown>)[field];
  return {
    async state(name) {
      const found = (await processes()).find((process) => process.name === name);
      if (found === undefined) throw new Error(`No process is called ${name}.`);
      return stateOf(found.pid);
    },
    all: async (module, field) => Promise.all((await processes(module)).map(({ pid }) => fieldOf(pid, field))),
    async values(module, field) {
      const found = await processes(module);
      const values = await Promise.all(found.map(({ pid }) => fieldOf(pid, field)));
      return found.map(({ name }, at) => `${name}: ${JSON.stringify(values[at])}`).join(", ");
    },
  };
}
