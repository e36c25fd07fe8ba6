// A token bucket for each caller: bursts as long as typing lasts, a steady rate beyond them. Rocket.Chat counts in fixed
// windows; the reply's headers and message are the same.

import { LRUCache } from 'lru-cache'

/** Callers remembered; beyond that the one who has been silent longest starts with a full bucket. */
const MAX_CALLERS = 100_000

export interface RateLimitState {
  /** Requests allowed in a minute. */
  readonly limit: number
  /** Requests left in the bucket. */
  readonly remaining: number
  /** When the bucket will be full again, unix milliseconds. */
  readonly resetAt: number
  /** 0 when this request may pass; else milliseconds until the next one may. */
  readonly waitMs: number
}

interface Bucket {
  /** Requests left, with fractions. */
  level: number
  /** When `level` was right, unix milliseconds. */
  at: number
}

export class RateLimit {
  readonly #perMinute: number
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS })

  /** @param perMinute requests a caller may make in a minute, all at once if it likes */
  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** Counts one request of the caller. */
  take(caller: string, now: number): RateLimitState {
    const bucket = this.#refilled(caller, now)
    const passes = bucket.level >= 1
    if (passes) bucket.level -= 1
    return {
      limit: this.#perMinute,
      remaining: Math.floor(bucket.level),
      resetAt: Math.ceil(now + this.#msFor(this.#perMinute - bucket.level)),
      waitMs: passes ? 0 : this.#msFor(1 - bucket.level),
    }
  }

  #refilled(caller: string, now: number): Bucket {
    const bucket = this.#buckets.get(caller) ?? { level: this.#perMinute, at: now }
    const refill = (Math.max(0, now - bucket.at) * this.#perMinute) / 60_000
    bucket.level = Math.min(this.#perMinute, bucket.level + refill)
    bucket.at = now
    this.#buckets.set(caller, bucket)
    return bucket
  }

  #msFor(requests: number): number {
    return (requests * 60_000) / this.#perMinute
  }
}
