// Searches that cost so much that they go one after the other.

import { errors } from './errors.ts'

export class Turns {
  readonly #most: number
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  /** @param most  searches that may wait or be under way at once */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * Does the work once all that came before is done.
   * @throws search-busy when too many wait already
   */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= this.#most) throw errors.searchBusy()
    this.#waiting++
    const result = this.#last.then(work)
    this.#last = result.then(ignore, ignore)
    try {
      return await result
    } finally {
      this.#waiting--
    }
  }
}

function ignore(): void {}
