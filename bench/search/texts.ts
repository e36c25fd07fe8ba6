// What is typed in a run: the same texts at every engine, some to warm it up, the others on the clock.

import { keystrokes } from '../searches.ts'

export interface Texts {
  /** Typed beforehand. None of them is timed, so that no engine has met a timed text. */
  readonly warmUp: readonly string[]
  readonly timed: readonly string[]
}

/** Of every six keystrokes one warms up; so both kinds have texts of all lengths. */
const WARM_UP_EVERY = 6

/** @param timed how many texts to time; fewer when the contacts do not yield so many */
export function textsToType(contacts: number, timed: number): Texts {
  const all = keystrokes(contacts, Math.ceil((timed * WARM_UP_EVERY) / (WARM_UP_EVERY - 1)))
  const isWarmUp = (at: number) => at % WARM_UP_EVERY === WARM_UP_EVERY - 1
  return {
    warmUp: all.filter((_, at) => isWarmUp(at)),
    timed: all.filter((_, at) => !isWarmUp(at)),
  }
}

/** Characters, not halves of them. */
export function lengthOf(text: string): number {
  return [...text].length
}
