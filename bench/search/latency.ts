// How long keystrokes took: the usual figures, and the curve behind them.

import { quantile } from '../statistics.ts'

/** Milliseconds. */
export interface Latency {
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

/** That fraction of the keystrokes was quicker, or as quick. */
export interface CurvePoint {
  readonly fraction: number
  readonly ms: number
}

/** Points of a curve for each further nine: from 0 to 0.9, from 0.9 to 0.99, and so on. */
const POINTS_PER_NINE = 20

export function latencyOf(times: readonly number[]): Latency {
  return {
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    p99Ms: quantile(times, 0.99),
    worstMs: quantile(times, 1),
  }
}

/** From the quickest keystroke, at 0, to the worst, denser where the slow ones are. */
export function percentileCurve(times: readonly number[]): CurvePoint[] {
  const sorted = times.toSorted((a, b) => a - b)
  const last = Math.floor(Math.log10(times.length) * POINTS_PER_NINE)
  return Array.from({ length: last + 1 }, (_, at) => {
    const fraction = 1 - 10 ** (-at / POINTS_PER_NINE)
    const rank = at === last ? times.length - 1 : Math.floor(times.length * fraction)
    return { fraction, ms: sorted[rank] ?? Number.NaN }
  })
}

/** Milliseconds that something took just now. */
export function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
