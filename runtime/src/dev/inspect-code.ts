/**
 * What only V8's inspector knows, asked from within: in which script a function was written, whatever its name and whoever holds it. Works
 * beside a debugger. Where Node was built without an inspector, nothing is known.
 */
import type { Session } from "node:inspector";

export interface CodeInspector {
  /** The URL of the script that each function stands in; without those that no script has. A bound function is where its target is. */
  locate(functions: readonly Function[]): Promise<ReadonlyMap<Function, string>>;
  /** A full collection; also tells those who wait for the end of something. */
  collectGarbage(): Promise<void>;
  close(): void;
}

export async function createCodeInspector(): Promise<CodeInspector> {
  const session = await connect();
  const post = <R>(method: string, params: object = {}): Promise<R> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, result?: object): void => (error === null ? resolve(result as R) : reject(error));
      if (session === null) reject(new Error("there is no inspector"));
      else session.post(method, params, done);
    });

  async function propertiesOf(objectId: string): Promise<Properties> {
    return await post<Properties>("Runtime.getProperties", { objectId, ownProperties: true });
  }

  async function scriptOf(objectId: string, depth = 0): Promise<string | null> {
    const { internalProperties = [] } = await propertiesOf(objectId);
    const named = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const target = named("[[TargetFunction]]")?.objectId;
    if (target !== undefined && depth < 10) return await scriptOf(target, depth + 1);
    return named("[[FunctionLocation]]")?.value?.scriptId ?? null;
  }

  return {
    async locate(functions) {
      const found = new Map<Function, string>();
      if (session === null || functions.length === 0) return found;
      const urls = new Map<string, string>();
      const onScript = ({ params }: { params: { scriptId: string; url: string } }): void => void urls.set(params.scriptId, params.url);
      session.on("Debugger.scriptParsed", onScript);
      const holder = globalThis as Record<symbol, unknown>;
      try {
        await post("Debugger.enable");
        // The inspector can only be given what it finds.
        holder[asked] = functions;
        const { result } = await post<{ result: { objectId: string } }>("Runtime.evaluate", {
          expression: `globalThis[Symbol.for(${JSON.stringify(asked.description)})]`,
          objectGroup: "instar",
          silent: true,
        });
        const elements = (await propertiesOf(result.objectId)).result;
        for (const { name, value } of elements) {
          const target = functions[Number(name)];
          if (target === undefined || value?.objectId === undefined) continue;
          const url = urls.get((await scriptOf(value.objectId)) ?? "");
          if (url !== undefined) found.set(target, url);
        }
        return found;
      } finally {
        delete holder[asked];
        session.off("Debugger.scriptParsed", onScript);
        await post("Runtime.releaseObjectGroup", { objectGroup: "instar" });
        await post("Debugger.disable");
      }
    },
    async collectGarbage() {
      if (session === null) return;
      for (let round = 0; round < 2; round++) {
        await post("HeapProfiler.collectGarbage");
        // Weak references are cleared, and finalizers called, between turns.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => session?.disconnect(),
  };
}

interface Properties {
  readonly result: readonly { readonly name: string; readonly value?: { readonly objectId?: string } }[];
  readonly internalProperties?: readonly {
    readonly name: string;
    readonly value?: { readonly objectId?: string; readonly value?: { readonly scriptId: string } };
  }[];
}

const asked: unique symbol = Symbol.for("instar.asked") as never;

async function connect(): Promise<Session | null> {
  try {
    const { Session: Made } = await import("node:inspector");
    const session = new Made();
    session.connect();
    return session;
  } catch {
    return null;
  }
}
