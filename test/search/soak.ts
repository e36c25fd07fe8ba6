// How long a property runs: a few times by default, or with new random values for OMNIDEX_SOAK_SECONDS.
//
//   OMNIDEX_SOAK_SECONDS=600 npx node --test test/search/fragment-index.test.ts

const seconds = Number(process.env.OMNIDEX_SOAK_SECONDS ?? 0)

/** fast-check's parameters for a property that usually runs `numRuns` times. */
export function runs(numRuns: number): { numRuns: number; interruptAfterTimeLimit?: number } {
  return seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: 1000 * seconds }
    : { numRuns }
}
