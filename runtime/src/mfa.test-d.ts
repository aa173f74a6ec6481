/** What the compiler says about `mfa`. Nothing here runs. */
import { mfa, type Mfa } from "./index.ts";
import * as errors from "./exit.ts";

const reason: Mfa<typeof errors.formatReason> = mfa(errors, "formatReason");
const text: string = reason("normal");
export const kept: { readonly onExit: Mfa<(reason: "normal") => string> } = { onExit: reason };
// A frozen type of an old state may say no more than that it is a reference; both ways it is one.
const any: Mfa = reason;
export const specific: Mfa<typeof errors.formatReason> = any;
export const name: string = text + reason.name;

// @ts-expect-error an argument of another type
reason(5);
// @ts-expect-error no such export
mfa(errors, "formatReasons");
// @ts-expect-error an export that is no function
mfa(errors, "errorCodes");
// @ts-expect-error a type is no export
mfa(errors, "ExitReason");
// @ts-expect-error a plain function is tied to its version
export const plain: Mfa<typeof errors.formatReason> = errors.formatReason;
