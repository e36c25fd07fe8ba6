// Pages far down a long list, beside the first pages of the same lists.

import type { SearchIndex } from '../../src/search/search.ts'
import { PAGE } from './engine.ts'
import { type Latency, latencyOf, timed } from './latency.ts'

export interface DeepResult {
  /** The largest offset: where nine tenths of all known contacts come before the page. */
  readonly deepest: number
  readonly first: Latency
  readonly deep: Latency
}

/** Frequent texts beside the empty one. */
const TEXTS = 10

const ROUNDS = 20

/** @param texts what was typed, of which the most frequent have the deepest pages */
export function measureDeepPages(index: SearchIndex, texts: readonly string[]): DeepResult {
  const search = (text: string, offset: number) =>
    index.search({ text, unknown: false, order: [], offset, count: PAGE })
  const lists = texts.map((text) => ({ text, total: search(text, 0).total }))
  const longest = ['', ...lists.sort((a, b) => b.total - a.total).map(({ text }) => text)].slice(0, TEXTS + 1)
  const pages = longest.map((text) => ({ text, offset: Math.floor(search(text, 0).total * 0.9) }))
  const first: number[] = []
  const deep: number[] = []
  for (const { text, offset } of pages) search(text, offset)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { text, offset } of pages) {
      first.push(timed(() => search(text, 0)))
      deep.push(timed(() => search(text, offset)))
    }
  }
  return { deepest: pages[0]?.offset ?? 0, first: latencyOf(first), deep: latencyOf(deep) }
}
