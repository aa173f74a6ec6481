/** `codeWorld`: where the code is found that packed values refer to, in a process that the code server has loaded it in. */
import { mfa } from "../index.ts";
import { moduleReference } from "../mfa.ts";
import type { CodeWorld } from "../neighbor.ts";
import type { CodeServer } from "./code-server.ts";
import { DevError } from "./dev-error.ts";

export function codeWorld(codeServer: CodeServer): CodeWorld {
  return {
    handle(id) {
      const record = codeServer.modules.get(id);
      if (record === undefined) throw new DevError("INSTAR_MODULE_UNKNOWN", `no module ${id} is loaded here.`, { module: id });
      return record.handle;
    },
    mfa(module, name) {
      const reference = codeServer.referenceTo(module);
      if (reference === null) throw new DevError("INSTAR_MODULE_UNKNOWN", `no module ${module} is loaded here.`, { module });
      return mfa<Record<string, () => void>, string>({ [moduleReference]: reference }, name);
    },
  };
}
