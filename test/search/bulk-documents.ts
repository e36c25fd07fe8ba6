// Documents by the hundred over few characters, so that fragments are frequent, lists are long and names are the same.
// What a seed gives is always the same.

import type { SearchDocument } from '../../src/search/search.ts'

/** Draws numbers from 0 up to, not including, the bound it is given. */
export type Draw = (below: number) => number

/** An xorshift generator (Marsaglia 2003). */
export function drawFrom(seed: number): Draw {
  let state = (seed ^ 0x9e3779b9) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const characters = [...'aaaaaaaaaabbbbbbcccAB d.e@f1gé漢ж', '😀', 'e\u0301']
/** Longer than the longest fragment that a trie keeps. */
const LONG = 'ab ba😀'.repeat(30)

export function drawText(draw: Draw, most: number): string {
  return Array.from({ length: draw(most + 1) }, () => oneOf(draw, characters)).join('')
}

/** A text that documents of this file may have within one of their values. */
export function drawNeedle(draw: Draw): string {
  const start = draw(LONG.length)
  return draw(8) === 0 ? LONG.slice(start, start + draw(LONG.length)) : drawText(draw, 1 + draw(4))
}

/** @param ids  how many there are to choose from */
export function drawDocument(draw: Draw, ids: number): SearchDocument {
  return {
    id: `${draw(ids)}`,
    unknown: draw(8) === 0,
    texts: Array.from({ length: draw(12) === 0 ? 0 : 1 + draw(3) }, () => drawValue(draw)),
    record: Object.fromEntries(
      fields.flatMap(([name, value]) => (draw(4) === 0 ? [] : [[name, value(draw)]])),
    ),
  }
}

function drawValue(draw: Draw): string {
  return draw(6) === 0 ? LONG.slice(draw(4)) : drawText(draw, 12)
}

const fields: readonly [name: string, value: (draw: Draw) => unknown][] = [
  ['name', (draw) => drawText(draw, 2)],
  ['age', (draw) => oneOf(draw, [0, 1, 2, -1.5, 'old', null, true])],
  ['tags', (draw) => Array.from({ length: draw(3) }, () => draw(5))],
  ['channels', (draw) => Array.from({ length: draw(3) }, () => ({ n: draw(3) }))],
  ['more', (draw) => ({ a: drawText(draw, 1), b: [draw(2), { c: null }] })],
]

function oneOf<T>(draw: Draw, values: readonly T[]): T {
  return values[draw(values.length)] as T
}
