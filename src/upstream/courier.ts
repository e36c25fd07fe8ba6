// Asks an upstream for as long as it takes: waits when it is told to, and while there is no answer.

import { setTimeout as sleep } from 'node:timers/promises'
import { errors, OmnidexError } from '../errors.ts'
import { type Answer, type Question, reasonOf, type Upstream } from './upstream.ts'

export interface CourierOptions {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  /** It does not answer: told once, until it does. */
  readonly onAway?: (reason: string) => void
  readonly onBack?: () => void
  /** It asks us to slow down. */
  readonly onWait?: (ms: number) => void
}

/** Milliseconds between two attempts while the upstream is away: doubled with each. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

export class Courier {
  readonly #options: CourierOptions
  /** No request before this moment: milliseconds that only grow. */
  #welcomeAt = 0
  #isAway = false
  /** Whether it has ever answered as Rocket.Chat does: what it says then and is not that is a trouble that passes. */
  #isKnown = false
  /** What the last answer said of requests a minute. */
  limit: number | undefined
  /** Milliseconds that the upstream has taken for all answers so far; without what was waited in between. */
  spentMs = 0

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /**
   * The answer, whenever it comes: 200 or 404.
   * @throws upstream-refused, upstream-unexpected, the signal's reason
   */
  async ask(question: Omit<Question, 'signal' | 'mirrors'>): Promise<Answer> {
    const { signal } = this.#options
    for (let attempt = 0; ; attempt++) {
      await this.#pause(this.#welcomeAt - performance.now())
      const answer = await this.#attempt({ ...question, mirrors: true, signal })
      if (answer === undefined) {
        await this.#pause(pauseAfter(attempt))
        continue
      }
      this.#welcomeAt = performance.now() + answer.waitMs
      this.limit = answer.limit
      if (answer.status === 429) this.#options.onWait?.(answer.waitMs)
      else return answer
    }
  }

  /** `undefined` while the upstream is away. */
  async #attempt(question: Question): Promise<Answer | undefined> {
    const { upstream, onAway, onBack } = this.#options
    const begunAt = performance.now()
    try {
      const answer = await upstream.ask(question)
      this.spentMs += performance.now() - begunAt
      if (answer.status !== 429) assertAccepted(answer, question.path, upstream)
      if (this.#isAway) onBack?.()
      this.#isAway = false
      this.#isKnown ||= answer.status === 200
      return answer
    } catch (error) {
      const passes = isCoded(error, errors.upstreamUnexpected) && this.#isKnown
      if (!passes && !isCoded(error, errors.upstreamUnavailable)) throw error
      if (!this.#isAway) onAway?.(reasonOf(error))
      this.#isAway = true
      return undefined
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#options.signal })
  }
}

/** Not all who wait begin again at the same moment. */
function pauseAfter(attempt: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
  return pause * (0.75 + Math.random() / 2)
}

function isCoded(
  error: unknown,
  { definition }: { readonly definition: { readonly code: string } },
): boolean {
  return error instanceof OmnidexError && error.code === definition.code
}

/** @throws upstream-refused, upstream-unexpected */
function assertAccepted({ status, body }: Answer, path: string, upstream: Upstream): void {
  if (status === 401 || status === 403) throw errors.upstreamRefused({ url: upstream.url, status, path })
  const isJson = typeof body === 'object' && body !== null
  // Not every 404 is Rocket.Chat's own: a proxy's says nothing of a contact.
  const isNotThere = status === 404 && isJson && (body as { success?: unknown }).success === false
  if (isNotThere || (isJson && status === 200)) return
  throw upstream.unexpected(`it answered ${status} to ${path}${isJson ? '' : ' and no JSON'}`)
}
