// Searches that cost much: so many at once, others wait for their turn, and beyond a bound they are sent away.

import { errors } from './errors.ts'

export interface TurnsOptions {
  /** Searches under way at once. */
  readonly atOnce: number
  /** Searches that may wait besides. */
  readonly waiting: number
}

export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /**
   * Does the work as soon as fewer are under way than may be, in the order of asking.
   * @throws search-busy when too many wait already
   */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= this.#options.atOnce) await this.#wait()
    else this.#underWay++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Who is next takes over the place.
      if (next === undefined) this.#underWay--
      else next()
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#options.waiting) throw errors.searchBusy()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
