// Typing while contacts change so much that worker threads merge nearly the whole index: a seventh of the contacts is put
// again, which is more than a segment may have gone, so that the largest one is made anew.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import type { Contact } from '../../src/contact.ts'
import { generateContacts } from '../../src/demo/contacts.ts'
import { type Latency, latencyOf, timed } from './latency.ts'
import { documentOf, type OmnidexEngine } from './omnidex.ts'

export interface MergingResult {
  /** From the first put to an index with nothing left to merge. */
  readonly seconds: number
  readonly puts: number
  readonly searches: Latency
  /** The longest that the event loop was held up meanwhile, searches included. */
  readonly longestPauseMs: number
}

const PUT_AGAIN = 7
const PUTS_A_TURN = 2
/** Milliseconds between two looks of the event loop's monitor, which counts only what is beyond that. */
const RESOLUTION_MS = 1

/** Leaves the index with the same contacts. */
export async function measureMerging(
  omnidex: OmnidexEngine,
  contacts: number,
  texts: readonly string[],
): Promise<MergingResult> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const searches: number[] = []
  const search = () => omnidex.search(texts[searches.length % texts.length] ?? '')
  const startedAt = performance.now()
  delay.enable()
  let puts = 0
  for (const contact of everySeventh(contacts)) {
    omnidex.index.put(documentOf(contact))
    if (++puts % PUTS_A_TURN !== 0) continue
    omnidex.tend()
    searches.push(timed(search))
    await turn()
  }
  for await (const _ of turnsUntil(omnidex.settle())) searches.push(timed(search))
  delay.disable()
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    puts,
    searches: latencyOf(searches),
    longestPauseMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
  }
}

function* everySeventh(contacts: number): Generator<Contact> {
  let at = 0
  for (const contact of generateContacts({ count: contacts })) if (at++ % PUT_AGAIN === 0) yield contact
}

async function* turnsUntil(settled: Promise<void>): AsyncGenerator<void> {
  let isOver = false
  const over = settled.then(() => {
    isOver = true
  })
  while (!isOver) {
    yield
    await turn()
  }
  await over
}
