// What the benchmark found out, for programs: for each number of contacts, each engine's figures beside Omnidex's.

import { type Agreement, agreementOf } from './agreement.ts'
import type { AloneResult } from './alone.ts'
import type { EngineName } from './engines.ts'
import type { JobResult } from './job.ts'
import { type CurvePoint, type Latency, latencyOf, percentileCurve } from './latency.ts'
import type { Keystroke } from './measure.ts'
import { lengthOf } from './texts.ts'

export interface SearchResults {
  /** From the fewest contacts to the most. */
  readonly sizes: readonly SizeResult[]
}

export interface SizeResult {
  readonly contacts: number
  /** Keystrokes timed. */
  readonly texts: number
  /** Omnidex first, then the peers. */
  readonly engines: readonly EngineResult[]
  readonly alone: AloneResult
}

export interface EngineResult {
  readonly engine: EngineName
  readonly latency: Latency
  /** Mean time over Omnidex's. */
  readonly ratio: number
  readonly byLength: readonly LengthResult[]
  readonly curve: readonly CurvePoint[]
  readonly buildSeconds: number
  readonly memoryBytes: number
  /** Growth of what was resident in its process; tells nothing of a server elsewhere. */
  readonly residentBytes: number
  /** Cores that something else kept busy meanwhile; `undefined` where that is not known. */
  readonly otherCores: number | undefined
  /** With Omnidex. */
  readonly agreement: Agreement
}

export interface LengthResult {
  /** Characters of the text, as in `5-6`. */
  readonly length: string
  readonly texts: number
  readonly latency: Latency
}

const LENGTHS: readonly { readonly length: string; readonly least: number; readonly most: number }[] = [
  { length: '1', least: 1, most: 1 },
  { length: '2', least: 2, most: 2 },
  { length: '3', least: 3, most: 3 },
  { length: '4', least: 4, most: 4 },
  { length: '5-6', least: 5, most: 6 },
  { length: '7+', least: 7, most: Number.POSITIVE_INFINITY },
]

/** @param omnidex what Omnidex did with the same texts */
export function engineResult(
  engine: EngineName,
  texts: readonly string[],
  run: JobResult,
  omnidex: JobResult,
): EngineResult {
  const times = timesOf(run.keystrokes)
  const latency = latencyOf(times)
  return {
    engine,
    latency,
    ratio: latency.meanMs / latencyOf(timesOf(omnidex.keystrokes)).meanMs,
    byLength: latencyByLength(texts, times),
    curve: percentileCurve(times),
    buildSeconds: run.buildSeconds,
    memoryBytes: run.memoryBytes,
    residentBytes: run.residentBytes,
    otherCores: run.otherCores,
    agreement: agreementOf(texts, omnidex.keystrokes, run.keystrokes),
  }
}

/** Lengths that no text has are left out. */
function latencyByLength(texts: readonly string[], times: readonly number[]): LengthResult[] {
  const lengths = texts.map(lengthOf)
  return LENGTHS.flatMap(({ length, least, most }) => {
    const chosen = times.filter((_, at) => isBetween(lengths[at] ?? 0, least, most))
    return chosen.length === 0 ? [] : [{ length, texts: chosen.length, latency: latencyOf(chosen) }]
  })
}

function timesOf(keystrokes: readonly Keystroke[]): number[] {
  return keystrokes.map(({ ms }) => ms)
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}
