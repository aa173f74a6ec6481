/** What every generated validator begins with: JavaScript that reads values without running the application's code, and words for errors. */

export const validatorHelpers = `
/** Stands for what an accessor would give. */
const any = Symbol("any");
const objectPrototype = Object.prototype;
const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";
const isPlain = (v) => {
  if (typeof v !== "object" || v === null) return false;
  const p = Object.getPrototypeOf(v);
  return p === objectPrototype || p === null;
};
const isList = (v) => Array.isArray(v) || v instanceof Map || v instanceof Set || ArrayBuffer.isView(v);
const isPid = (v) => isObject(v) && typeof v.id === "string";
const has = (v, k) => k in Object(v);
const get = (v, k) => {
  const o = Object(v);
  const property = Object.getOwnPropertyDescriptor(o, k);
  if (property !== undefined) return "value" in property ? property.value : any;
  return k in o ? any : undefined;
};
/** Whether something that is no plain object can stand for one with these fields at all. */
const fits = (v, required, optional, open) => {
  if (v === null || v === undefined) return false;
  if (typeof v === "object" && !isList(v)) return true;
  if (!open) return false;
  return required.length > 0 ? required.every((k) => has(v, k)) : optional.length === 0 || optional.some((k) => has(v, k));
};
/** Whether something that is no instance of a class of the platform may still implement it. */
const like = (v, name, member) => {
  if (!isObject(v)) return false;
  const tag = objectPrototype.toString.call(v).slice(8, -1);
  if (tag === name) return true;
  if (/^(Array|Map|Set|WeakMap|WeakSet|WeakRef|Date|RegExp|Promise|Error|DataView|(Shared)?ArrayBuffer|\\w+\\d+(Clamped)?Array)$/.test(tag)) return false;
  return member in v;
};
const entries = (v) => { try { return Map.prototype.entries.call(v); } catch { return []; } };
const items = (v) => { try { return Set.prototype.values.call(v); } catch { return []; } };

/** Values that contain themselves end, and shared ones do not take for ever. */
let visits = 0;
let seen = [];
const again = (n, v) => {
  if (++visits <= 1000 || !isObject(v)) return false;
  const known = (seen[n] ??= new Set());
  if (known.has(v)) return true;
  known.add(v);
  return false;
};
const forget = () => { visits = 0; if (seen.length > 0) seen = []; };

const className = (v) => {
  try {
    for (let p = Object.getPrototypeOf(v); p !== null; p = Object.getPrototypeOf(p)) {
      const maker = Object.getOwnPropertyDescriptor(p, "constructor")?.value;
      const name = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
      if (typeof name === "string" && name !== "") return name === "Object" ? "object" : name === "Array" ? "array" : name;
    }
  } catch {}
  return "object";
};
const literal = (v) => (typeof v === "string" ? JSON.stringify(v.length > 40 ? v.slice(0, 39) + "…" : v) : typeof v === "bigint" ? v + "n" : String(v));
const isLiteral = (v) => /^(string|number|boolean|bigint)$/.test(typeof v);
const miss = (expected, v, shown) =>
  ": expected " + expected + ", got " + (shown && isLiteral(v) ? literal(v) : v === null ? "null" : typeof v === "object" ? className(v) : typeof v);
const at = (k) => (/^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$/u.test(k) ? "." + k : "[" + JSON.stringify(k) + "]");
const under = (k, i) => (isLiteral(k) ? ".get(" + (typeof k === "string" ? JSON.stringify(k) : literal(k)) + ")" : ".values()[" + i + "]");
/** Of what stands against each alternative, what is deepest; a field that is missing says less than one that is wrong. */
const closest = (v, errors) => {
  if (errors.length === 1 && isObject(v)) return errors[0];
  let best = null;
  let rank = -1;
  for (const error of errors) {
    if (error.startsWith(":")) continue;
    const own = error.indexOf(": expected ") + (error.endsWith("got undefined") ? 0 : 1e6);
    if (own > rank) [best, rank] = [error, own];
  }
  return best;
};`;
