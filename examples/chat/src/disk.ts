/** Stands in for slow storage: what waits for it is in flight for a while, as in any real system. */
export function written(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
