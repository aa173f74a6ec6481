/**
 * The seed of a test that draws what it tries. People's own runs look at something new each time, and `SEED=n` repeats one; in CI it is always the
 * same, so that what fails there fails by the change that it judges.
 */
const seedInContinuousIntegration = 20_261_122;

/** @param below what the seed is less than, unless `SEED` says which one */
export function testSeed(below = 2 ** 30): number {
  const { SEED: asked, CI: isContinuousIntegration } = process.env;
  if (asked !== undefined) return Number(asked);
  return (isContinuousIntegration === undefined ? Date.now() : seedInContinuousIntegration) % below;
}
