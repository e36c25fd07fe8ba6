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
  /** What the last answer said of requests a minute. */
  limit: number | undefined

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /**
   * The answer, whenever it comes: 200 or 404.
   * @throws upstream-refused, upstream-unexpected, the signal's reason
   */
  async ask(question: Omit<Question, 'signal' | 'mirrors'>): Promise<Answer> {
    const { upstream, signal } = this.#options
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
      else return accepted(answer, question.path, upstream)
    }
  }

  /** `undefined` while the upstream is away. */
  async #attempt(question: Question): Promise<Answer | undefined> {
    const { upstream, onAway, onBack } = this.#options
    try {
      const answer = await upstream.ask(question)
      if (this.#isAway) onBack?.()
      this.#isAway = false
      return answer
    } catch (error) {
      if (!isUnavailable(error)) throw error
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

function isUnavailable(error: unknown): boolean {
  return error instanceof OmnidexError && error.code === errors.upstreamUnavailable.definition.code
}

/** @throws upstream-refused, upstream-unexpected */
function accepted(answer: Answer, path: string, upstream: Upstream): Answer {
  const { status, body } = answer
  if (status === 401 || status === 403) throw errors.upstreamRefused({ url: upstream.url, status, path })
  const isJson = typeof body === 'object' && body !== null
  if (isJson && (status === 200 || status === 404)) return answer
  throw upstream.unexpected(`it answered ${status} to ${path}${isJson ? '' : ' and no JSON'}`)
}
