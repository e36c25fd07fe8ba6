// What is measured at Omnidex alone, after the comparison: deep pages, other orders, searches beside puts.

import { type DeepResult, measureDeepPages } from './deep.ts'
import type { OmnidexEngine } from './omnidex.ts'
import { measureSorted, type SortedResult } from './sorted.ts'
import type { Texts } from './texts.ts'
import { measureUpdates, type Pace, type UpdatesResult } from './updates.ts'

export interface AloneResult {
  readonly deep: DeepResult
  readonly sorted: readonly SortedResult[]
  readonly updates: UpdatesResult
}

export async function measureAlone(
  omnidex: OmnidexEngine,
  contacts: number,
  texts: Texts,
  pace: Pace,
): Promise<AloneResult> {
  const deep = measureDeepPages(omnidex.index, texts.timed)
  const sorted = await measureSorted(omnidex, contacts, texts)
  const updates = await measureUpdates(omnidex, contacts, texts.timed, pace) // Last, since it changes the index.
  return { deep, sorted, updates }
}
