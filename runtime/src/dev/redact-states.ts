/** What becomes of a copy of a state before it is saved: the project's own code may take out of it what nobody is to see. */
import { types } from "node:util";
import { Packer } from "../pack-values.ts";
import type { Process } from "../process.ts";
import type { PackedState } from "../state-corpus.ts";
import { createCodeServer } from "./code-server.ts";
import { DevError } from "./dev-error.ts";
import type { BuiltActor } from "./load-actor.ts";
import { createPackageLoader } from "./package-loader.ts";
import type { SourceMaps } from "./source-maps.ts";

export type Redact = (state: unknown, of: { readonly module: string; readonly version: number }) => unknown;

/** @throws DevError */
export async function loadRedactor(root: string, maps: SourceMaps, { file, layer, codes }: BuiltActor): Promise<Redact> {
  const codeServer = createCodeServer({ root, packages: createPackageLoader(), maps });
  // Neither committed nor settled: it is no actor, so nothing would be left of it.
  await codeServer.prepare({ layers: [layer], codes, shapes: {} });
  const built = layer.files.find((each) => each.file === file);
  const { redact } = ((built === undefined ? null : codeServer.referenceTo(built.id))?.current() ?? {}) as { readonly redact?: unknown };
  if (typeof redact === "function") return redact as Redact;
  throw new DevError(
    "INSTAR_REDACTION_FAILED",
    `${file} exports no function redact(state, { module, version }), so no states were saved.`,
    {
      place: { file, line: 1, column: 1 },
    },
  );
}

/** @throws DevError */
export function toSave(process: Process, redact: Redact | null): PackedState {
  const { id: module, current } = process.module;
  const { vsn, shape } = current;
  const state = redact === null ? process.state : redacted(process, redact);
  const packer = new Packer(() => 0);
  const packed = packer.pack(state, "State");
  const [obstacle] = packer.obstacles;
  if (obstacle !== undefined) throw failed(process, `what redact made of it has ${obstacle.what} at ${obstacle.path}`);
  return { module, vsn, shape, state: packed, nodes: packer.nodes };
}

function redacted(process: Process, redact: Redact): unknown {
  const { id: module, current } = process.module;
  let made: unknown;
  try {
    made = redact(process.state, { module, version: current.vsn });
  } catch (error) {
    throw failed(process, `redact threw ${String(error)}`);
  }
  if (made === undefined || types.isPromise(made)) throw failed(process, `redact returned ${made === undefined ? "nothing" : "a promise"}`);
  return made;
}

function failed({ pid, module }: Process, why: string): DevError {
  return new DevError("INSTAR_REDACTION_FAILED", `the state of ${pid.id} (${module.id}) cannot be saved: ${why}. No states were saved.`, {
    module: module.id,
  });
}
