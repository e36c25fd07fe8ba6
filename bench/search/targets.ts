// The figures to reach, beside those measured.

import type { Target } from '../benchmark.ts'
import { count, decimals, milliseconds, seconds } from '../table.ts'
import { ENGINES, type EngineName } from './engines.ts'
import type { EngineResult, SizeResult } from './results.ts'
import { times } from './tables.ts'

/** Contacts that the figures are meant for. Where this size was not measured, the largest is judged by them. */
const REFERENCE = 1_000_000

/** How many times Omnidex's mean the peer's has to be, at least. */
const LEAST_RATIOS: readonly (readonly [peer: EngineName, least: number])[] = [
  ['postgres', 2_000],
  ['sqlite', 500],
]

/** @param sizes from the fewest contacts to the most */
export function targetsOf(sizes: readonly SizeResult[]): Target[] {
  const size = sizes.find(({ contacts }) => contacts === REFERENCE) ?? sizes.at(-1)
  const [omnidex, ...peers] = size?.engines ?? []
  if (size === undefined || omnidex === undefined) return []
  const { latency, memoryBytes, buildSeconds } = omnidex
  const targets = [
    ...peers.flatMap(ratioTarget),
    atMost('p99', latency.p99Ms, 0.3, milliseconds),
    atMost('worst keystroke', latency.worstMs, 2, milliseconds),
    ...growthTarget(omnidex, size, sizes.at(-1)),
    ...size.alone.sorted.map(({ order, p99Ms }) => atMost(`p99 by ${order}, warm`, p99Ms, 2, milliseconds)),
    ...aloneTargets(size),
    atMost('memory a contact', memoryBytes / size.contacts, 300, bytes),
    atMost('build of a million', (buildSeconds * 1_000_000) / size.contacts, 15, seconds),
    ...peers.flatMap(agreementTarget),
  ]
  return targets.map((target) => ({ ...target, what: `${target.what}, ${count(size.contacts)} contacts` }))
}

function ratioTarget({ engine, ratio }: EngineResult): Target[] {
  const least = LEAST_RATIOS.find(([peer]) => peer === engine)?.[1]
  if (least === undefined) return []
  const what = `mean beside ${ENGINES[engine].label}`
  return [
    { what, wanted: `1/${count(least)} or less`, measured: `1/${decimals(ratio)}`, met: ratio >= least },
  ]
}

function growthTarget(reference: EngineResult, size: SizeResult, largest: SizeResult | undefined): Target[] {
  const omnidex = largest?.engines[0]
  if (largest === undefined || omnidex === undefined || largest.contacts <= size.contacts) return []
  const growth = omnidex.latency.p99Ms / reference.latency.p99Ms
  return [atMost(`p99 with ${count(largest.contacts)} over p99`, growth, 2, times)]
}

function aloneTargets({ alone: { deep, restart, updates, merging } }: SizeResult): Target[] {
  const { wantedPerSecond, putsPerSecond, found, longestPauseMs } = updates
  return [
    atMost('p50 of deep pages over that of first', deep.deep.p50Ms / deep.first.p50Ms, 1.25, times),
    {
      what: 'puts/s beside searches',
      wanted: `at least ${count(wantedPerSecond)}`,
      measured: count(putsPerSecond),
      met: putsPerSecond >= wantedPerSecond * 0.99,
    },
    atMost('put until found, p99', found.p99Ms, 5, milliseconds),
    atMost('longest pause beside puts', longestPauseMs, 10, milliseconds),
    atMost('longest pause beside all merges', merging.longestPauseMs, 10, milliseconds),
    atMost('snapshot read', restart.loadSeconds, 3, seconds),
  ]
}

function agreementTarget({ engine, agreement }: EngineResult): Target[] {
  const { label, exact } = ENGINES[engine]
  if (!exact) return []
  const texts = Math.max(agreement.totals, agreement.pages)
  return [
    {
      what: `totals and pages as ${label}'s`,
      wanted: 'all agree',
      measured: texts === 0 ? 'all agree' : `${count(texts)} texts differ`,
      met: texts === 0,
    },
  ]
}

function atMost(what: string, value: number, most: number, written: (value: number) => string): Target {
  return { what, wanted: `${written(most)} or less`, measured: written(value), met: value <= most }
}

function bytes(value: number): string {
  return `${count(value)} bytes`
}
