// What the operator reads: one line for each request, with the route's pattern and never its address, since addresses
// carry search texts and tokens.

import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

export type Logger = FastifyBaseLogger

/** nginx's number, which operators know, for a reply that nobody took to its end. */
const CLIENT_GONE = 499

/** For a reply that we broke off ourselves, whatever its head said. */
const BROKEN_OFF = 500

/** Replies that broke off. */
const broken = new WeakSet<FastifyRequest>()

/** Writes a line and counts each request when its reply is out, or its connection is gone before that. */
export class RequestLog {
  readonly #metrics: Metrics

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** To be called once for each request, when it begins. */
  follow(request: FastifyRequest, reply: FastifyReply): void {
    const startedAt = performance.now()
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? reply.statusCode : statusOfLost(request)
      this.#write(request, status, performance.now() - startedAt)
    })
  }

  #write(request: FastifyRequest, status: number, ms: number): void {
    const { method } = request
    const route = patternOf(request)
    this.#metrics.observeRequest({ method, route, status }, ms / 1_000)
    const userId = request.session?.user.id
    request.log.info({ method, route, status, ms: Math.round(ms * 1_000) / 1_000, userId }, 'request')
  }
}

/** Passes on the pieces of a reply; should they come to a bad end, the client sees a cut only, so the log says why. */
export async function* noteBreaks<T>(request: FastifyRequest, pieces: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pieces
  } catch (err) {
    broken.add(request)
    request.log.error({ err }, 'the reply broke off')
    throw err
  }
}

function statusOfLost(request: FastifyRequest): number {
  return broken.has(request) ? BROKEN_OFF : CLIENT_GONE
}

/** Ids that are unique across servers and restarts, so that a line in one log can be told from all others. */
export function requestIds(): () => string {
  const run = randomBytes(12).toString('base64url')
  let count = 0
  return () => `${run}-${++count}`
}

function patternOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unmatched'
}
