/** A state in one line: long lists as their length and last element, so that what an upgrade changed can be seen. */
export function sketch(state: unknown): string {
  if (Array.isArray(state)) {
    return state.length > 3 ? `[${state.length}: … ${sketch(state.at(-1))}]` : `[${state.map(sketch).join(", ")}]`;
  }
  if (typeof state === "object" && state !== null) {
    return `{ ${Object.entries(state)
      .map(([key, value]) => `${key}: ${sketch(value)}`)
      .join(", ")} }`;
  }
  return JSON.stringify(state);
}
