/** For tests of what is garbage: collects, and says what is still alive. */
import v8 from "node:v8";
import vm from "node:vm";

/** Collects until no more than `limit` are alive; weak references are cleared between turns. */
export async function untilCollected(versions: readonly WeakRef<object>[], limit: number): Promise<number> {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  let alive = versions.length;
  for (let round = 0; round < 20 && alive > limit; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    alive = versions.filter((version) => version.deref() !== undefined).length;
  }
  return alive;
}
