// What is measured at Omnidex alone, after the comparison: deep pages, other orders, a restart, searches beside puts and
// beside merges.

import { type DeepResult, measureDeepPages } from './deep.ts'
import { type MergingResult, measureMerging } from './merging.ts'
import type { OmnidexEngine } from './omnidex.ts'
import { measureRestart, type RestartResult } from './restart.ts'
import { measureSorted, type SortedResult } from './sorted.ts'
import type { Texts } from './texts.ts'
import { measureUpdates, type Pace, type UpdatesResult } from './updates.ts'

export interface AloneResult {
  readonly deep: DeepResult
  readonly sorted: readonly SortedResult[]
  readonly restart: RestartResult
  readonly updates: UpdatesResult
  readonly merging: MergingResult
}

export async function measureAlone(
  omnidex: OmnidexEngine,
  contacts: number,
  texts: Texts,
  pace: Pace,
): Promise<AloneResult> {
  const deep = measureDeepPages(omnidex.index, texts.timed)
  const sorted = await measureSorted(omnidex, contacts, texts)
  const restart = await measureRestart(omnidex)
  // Last, since they change the index.
  const updates = await measureUpdates(omnidex, contacts, texts.timed, pace)
  await omnidex.settle()
  const merging = await measureMerging(omnidex, contacts, texts.timed)
  return { deep, sorted, restart, updates, merging }
}
