/** The registry: one line per rule. */
export { vsnNotLiteral } from "./vsn-not-literal.ts";
