// What the operator reads: one line for each request, with the route's pattern and never its address, since addresses
// carry search texts and tokens.

import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

export type Logger = FastifyBaseLogger

/** nginx's number, which operators know, for a reply that nobody took to its end. */
const CLIENT_GONE = 499

/** Writes a line and counts each request when its reply is out, or its connection is gone before that. */
export function logRequests(app: FastifyInstance, metrics: Metrics): void {
  const write = (request: FastifyRequest, reply: FastifyReply, status: number) => {
    const { method } = request
    const route = patternOf(request)
    const ms = reply.elapsedTime
    metrics.observeRequest({ method, route, status }, ms / 1_000)
    const userId = request.session?.user.id
    const line = { reqId: request.id, method, route, status, ms: Math.round(ms * 1_000) / 1_000, userId }
    request.log.info(line, 'request')
  }
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) write(request, reply, CLIENT_GONE)
    })
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    write(request, reply, reply.statusCode)
    done()
  })
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
