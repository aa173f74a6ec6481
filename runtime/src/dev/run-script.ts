/** `runScript`: runs generated text as a script of this context, and leaves nothing of it behind. */
import vm from "node:vm";
import v8 from "node:v8";

/** What the script's last expression gives. V8's compilation cache would keep the text of every script for good, so it is off meanwhile. */
export function runScript(text: string, url: string): unknown {
  v8.setFlagsFromString("--no-compilation-cache");
  try {
    return new vm.Script(text, { filename: url }).runInThisContext();
  } finally {
    v8.setFlagsFromString("--compilation-cache");
  }
}
