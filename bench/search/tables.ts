// What the benchmark found out, for people.

import { cores, count, decimals, megabytes, milliseconds, percent, seconds, type Table } from '../table.ts'
import { ENGINES } from './engines.ts'
import type { Latency } from './latency.ts'
import type { RestartResult } from './restart.ts'
import type { EngineResult, SizeResult } from './results.ts'

const LATENCY_COLUMNS = ['mean', 'p50', 'p95', 'p99', 'worst'] as const

/** @param sizes from the fewest contacts to the most */
export function tablesOf(sizes: readonly SizeResult[]): Table[] {
  const growth = sizes.length > 1 ? [growthTable(sizes)] : []
  return [...sizes.flatMap(tablesOfSize), ...growth]
}

export function times(ratio: number): string {
  return `${decimals(ratio)}x`
}

function tablesOfSize(size: SizeResult): Table[] {
  const agreement = size.engines.length > 1 ? [agreementTable(size)] : []
  return [keystrokeTable(size), lengthTable(size), ...agreement, aloneTable(size)]
}

function keystrokeTable({ contacts, texts, engines }: SizeResult): Table {
  return {
    title: `${count(texts)} keystrokes, ${count(contacts)} contacts: first 50 by name and exact total`,
    columns: ['engine', ...LATENCY_COLUMNS, 'over Omnidex', 'build', 'memory', 'a contact', 'other work'],
    rows: engines.map(({ engine, latency, ratio, buildSeconds, memoryBytes, otherCores }) => [
      ENGINES[engine].label,
      ...latencyCells(latency),
      times(ratio),
      seconds(buildSeconds),
      megabytes(memoryBytes),
      `${count(memoryBytes / contacts)} B`,
      cores(otherCores),
    ]),
  }
}

/** Two rows for each engine, since a mean says nothing of the worst. */
function lengthTable({ contacts, engines }: SizeResult): Table {
  const [omnidex] = engines
  const lengths = omnidex?.byLength ?? []
  return {
    title: `By length of the text in characters, ${count(contacts)} contacts`,
    columns: ['engine', ...lengths.map(({ length }) => length)],
    rows: [
      ['(texts)', ...lengths.map(({ texts }) => count(texts))],
      ...engines.flatMap(({ engine, byLength }) => [
        [`${ENGINES[engine].label}, mean`, ...byLength.map(({ latency }) => fine(latency.meanMs))],
        [`${ENGINES[engine].label}, worst`, ...byLength.map(({ latency }) => fine(latency.worstMs))],
      ]),
    ],
  }
}

function agreementTable({ contacts, engines }: SizeResult): Table {
  return {
    title: `Texts on which an engine differs from Omnidex, ${count(contacts)} contacts`,
    columns: ['engine', 'totals', 'pages', 'hits missing', 'of all hits', 'hits too many', 'furthest off'],
    rows: engines
      .slice(1)
      .map(({ engine, agreement }) => [
        ENGINES[engine].label,
        count(agreement.totals),
        count(agreement.pages),
        count(agreement.missing),
        percent(agreement.missingFraction),
        count(agreement.surplus),
        furthestCell(agreement.furthest),
      ]),
  }
}

function furthestCell(furthest: EngineResult['agreement']['furthest']): string {
  if (furthest === undefined) return ''
  return `'${furthest.text}': ${count(furthest.peer)} of ${count(furthest.omnidex)}`
}

function aloneTable({
  contacts,
  engines,
  alone: { deep, sorted, restart, updates, merging },
}: SizeResult): Table {
  const [omnidex] = engines
  return {
    title: `Omnidex alone, ${count(contacts)} contacts (resident: ${megabytes(omnidex?.residentBytes)})`,
    columns: ['what', ...LATENCY_COLUMNS, 'besides'],
    rows: [
      ['first pages of long lists', ...latencyCells(deep.first), ''],
      ['deep pages of the same', ...latencyCells(deep.deep), `down to ${count(deep.deepest)}`],
      ...sorted.map(({ order, firstUseSeconds, ...latency }) => [
        `by ${order}`,
        ...latencyCells(latency),
        `first use ${seconds(firstUseSeconds)}`,
      ]),
      [
        'keystrokes beside puts',
        ...latencyCells(updates.searches),
        `longest pause ${milliseconds(updates.longestPauseMs)}`,
      ],
      ['put until found', ...latencyCells(updates.found), `${count(updates.putsPerSecond)} puts/s`],
      [
        `keystrokes beside ${count(merging.puts)} puts and all merges`,
        ...latencyCells(merging.searches),
        `longest pause ${milliseconds(merging.longestPauseMs)} in ${seconds(merging.seconds)}`,
      ],
      ['snapshot', ...LATENCY_COLUMNS.map(() => ''), snapshotCell(restart)],
    ],
  }
}

function snapshotCell({ saveSeconds, loadSeconds }: RestartResult): string {
  return `written in ${seconds(saveSeconds)}, read in ${seconds(loadSeconds)}`
}

function growthTable(sizes: readonly SizeResult[]): Table {
  const names = [...new Set(sizes.flatMap(({ engines }) => engines.map(({ engine }) => engine)))]
  const rowOf = (name: (typeof names)[number], figure: string, of: (latency: Latency) => number) => [
    `${ENGINES[name].label}, ${figure}`,
    ...sizes.map(({ engines }) => {
      const found = engines.find(({ engine }) => engine === name)
      return found === undefined ? '' : fine(of(found.latency))
    }),
  ]
  return {
    title: 'By number of contacts',
    columns: ['engine', ...sizes.map(({ contacts }) => count(contacts))],
    rows: names.flatMap((name) => [
      rowOf(name, 'mean', ({ meanMs }) => meanMs),
      rowOf(name, 'p99', ({ p99Ms }) => p99Ms),
    ]),
  }
}

function latencyCells({ meanMs, p50Ms, p95Ms, p99Ms, worstMs }: Latency): string[] {
  return [meanMs, p50Ms, p95Ms, p99Ms, worstMs].map(fine)
}

/** As `milliseconds`, with a digit more for the quick ones. */
function fine(value: number): string {
  return value < 1 ? `${value.toFixed(3)} ms` : milliseconds(value)
}
