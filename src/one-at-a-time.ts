// Work on the same thing is done one after the other, in the order of asking; work on different things at once.

export class OneAtATime {
  /** The last work under way or waiting, by what it is on. */
  readonly #last = new Map<string, Promise<void>>()

  /** Does the work once all that was asked before of the same thing is over, however it ended. */
  async do<T>(thing: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(thing) ?? Promise.resolve()
    const done = before.then(work)
    const over = done.then(ignore, ignore)
    this.#last.set(thing, over)
    try {
      return await done
    } finally {
      if (this.#last.get(thing) === over) this.#last.delete(thing)
    }
  }
}

function ignore(): void {}
