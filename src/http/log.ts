// What the operator reads: one line for each request, with the route's pattern and never its address, since addresses
// carry search texts and tokens.

import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

export type Logger = FastifyBaseLogger

/** Writes a line and counts each request when its reply is out. */
export function logRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = patternOf(request)
    const ms = reply.elapsedTime
    metrics.observeRequest({ method: request.method, route, status: reply.statusCode }, ms / 1_000)
    request.log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(ms * 1_000) / 1_000,
        userId: request.session?.user.id,
      },
      'request',
    )
  })
}

/** Unique across servers and restarts, so that a line in one log can be told from all others. */
export function nextRequestId(): string {
  return randomUUID()
}

function patternOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unmatched'
}
