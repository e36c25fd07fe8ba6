// Slows down guessing of passwords. Failures are counted for the name that was tried, known or not, and for the
// address they come from; too many, and further attempts are refused unseen for a while that doubles with each
// failure.
//
// The trade-off: whoever counts by name lets strangers lock a user out, whoever does not lets many machines guess at
// one name. So the wait for a name is short (a minute at most, 1,440 guesses a day from the whole world together),
// and an address from which the name has logged in before is counted apart: strangers cannot lock a user out of the
// usual place. An address may fail more often, since a whole office may share one, but then waits longer. Refused
// attempts do not count, so nobody prolongs a wait by knocking, and counted failures fade one by one, so that the
// mistypings of a long day do not add up. Counts live in memory, bounded, and are forgotten by a restart.

import * as crypto from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { errors } from '../errors.ts'
import { networkOf } from './network.ts'

export interface LoginLimit {
  /** Failures after which attempts are refused. */
  readonly failures: number
  /** Wait after the last allowed failure; doubles with each further one. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** Time in which one failure is forgotten. */
  readonly fadeMs: number
}

const minuteMs = 60_000
const perName: LoginLimit = {
  failures: 5,
  firstWaitMs: 5_000,
  longestWaitMs: minuteMs,
  fadeMs: 3 * minuteMs,
}
const perAddress: LoginLimit = {
  failures: 20,
  firstWaitMs: 15_000,
  longestWaitMs: 5 * minuteMs,
  fadeMs: minuteMs / 2,
}

/** Failures counted beyond the limit: enough to reach the longest wait, few enough to fade within the hour. */
const maxExcess = 6

/** Names, addresses and familiar pairs remembered, each; the least recently used go first. */
const maxRemembered = 10_000

export class LoginLimiter {
  readonly #now: () => Date
  readonly #names = new LRUCache<string, Tally>({ max: maxRemembered })
  readonly #addresses = new LRUCache<string, Tally>({ max: maxRemembered })
  /** Name and address that have gone together successfully. */
  readonly #familiar = new LRUCache<string, true>({ max: maxRemembered })

  constructor(now: () => Date) {
    this.#now = now
  }

  /**
   * Runs one attempt to log in, which failed when `check` gives `undefined`, and returns what `check` gave. Attempts at
   * the same time that could together exceed a limit wait for each other, so none slips through uncounted.
   * @param name  as the client gave it
   * @param address  of the client; IPv6 addresses count by their /64, which one person commands as a whole
   * @throws error-too-many-requests without running `check`
   */
  async attempt<T>(
    name: string,
    address: string,
    check: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const place = networkOf(address)
    const folded = name.toUpperCase().toLowerCase() // as stores find users: one account, one count
    const pair = keyOf(folded, place)
    const nameTally = tallyOf(this.#names, this.#familiar.has(pair) ? pair : keyOf(folded), perName)
    const tallies = [nameTally, tallyOf(this.#addresses, keyOf(place), perAddress)]
    await this.#admit(tallies)
    const outcome = await this.#run(tallies, check)
    if (outcome !== undefined) {
      nameTally.reset()
      this.#familiar.set(pair, true)
    }
    return outcome
  }

  async #admit(tallies: readonly Tally[]): Promise<void> {
    for (;;) {
      for (const tally of tallies) tally.refuseIfBlocked(this.#now().getTime())
      const crowded = tallies.find((tally) => tally.isCrowded())
      if (crowded === undefined) break
      await crowded.nextOutcome()
    }
    for (const tally of tallies) tally.begin()
  }

  async #run<T>(tallies: readonly Tally[], check: () => Promise<T | undefined>): Promise<T | undefined> {
    let failed = false
    try {
      const outcome = await check()
      failed = outcome === undefined
      return outcome
    } finally {
      // A check that threw (the database was away) says nothing about the password and does not count.
      for (const tally of tallies) tally.end(failed, this.#now().getTime())
    }
  }
}

/** Failures of one name or one address. */
class Tally {
  readonly #limit: LoginLimit
  #failures = 0
  #underWay = 0
  /** The fading before this moment is done. */
  #fadedUntilMs = 0
  #blockedUntilMs = 0
  #outcome = Promise.withResolvers<void>()

  constructor(limit: LoginLimit) {
    this.#limit = limit
  }

  /**
   * @throws error-too-many-requests
   */
  refuseIfBlocked(nowMs: number): void {
    this.#fade(nowMs)
    const waitMs = this.#blockedUntilMs - nowMs
    if (waitMs > 0) throw errors.tooManyRequests({ seconds: Math.ceil(waitMs / 1000) })
  }

  /** Whether one more attempt could exceed the limit, should those under way fail. */
  isCrowded(): boolean {
    return this.#underWay > 0 && this.#failures + this.#underWay >= this.#limit.failures
  }

  nextOutcome(): Promise<void> {
    return this.#outcome.promise
  }

  begin(): void {
    this.#underWay += 1
  }

  end(failed: boolean, nowMs: number): void {
    this.#underWay -= 1
    if (failed) this.#fail(nowMs)
    this.#outcome.resolve()
    this.#outcome = Promise.withResolvers<void>()
  }

  reset(): void {
    this.#failures = 0
    this.#blockedUntilMs = 0
  }

  #fade(nowMs: number): void {
    const faded = Math.max(0, Math.floor((nowMs - this.#fadedUntilMs) / this.#limit.fadeMs))
    this.#failures = Math.max(0, this.#failures - faded)
    this.#fadedUntilMs += faded * this.#limit.fadeMs
  }

  #fail(nowMs: number): void {
    const { failures, firstWaitMs, longestWaitMs } = this.#limit
    if (this.#failures === 0) this.#fadedUntilMs = nowMs
    this.#failures = Math.min(this.#failures + 1, failures + maxExcess)
    const excess = this.#failures - failures
    if (excess >= 0) this.#blockedUntilMs = nowMs + Math.min(firstWaitMs * 2 ** excess, longestWaitMs)
  }
}

function tallyOf(tallies: LRUCache<string, Tally>, key: string, limit: LoginLimit): Tally {
  const tally = tallies.get(key) ?? new Tally(limit)
  tallies.set(key, tally)
  return tally
}

/** Of one length, however long the name: memory stays bounded. */
function keyOf(...parts: string[]): string {
  return crypto.hash('sha256', JSON.stringify(parts), 'base64')
}
