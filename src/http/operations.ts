// For those who run the server: is it alive, does it serve, what does it do. Nobody needs to log in for these.

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Metrics } from './metrics.ts'

export interface OperationOptions {
  readonly metrics: Metrics
  /** Whether the index serves. */
  readonly ready: () => boolean
}

export function operationRoutes(app: FastifyInstance, { metrics, ready }: OperationOptions): void {
  app.get('/health', async (_request, reply) => sendStatus(reply, 'ok'))
  app.get('/ready', async (_request, reply) => {
    if (ready()) return sendStatus(reply, 'ready')
    return sendStatus(reply.code(503).header('retry-after', '1'), 'not ready')
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}

/** In bytes, so that the content type is that of all replies. */
function sendStatus(reply: FastifyReply, status: string): FastifyReply {
  return reply.type('application/json').send(Buffer.from(JSON.stringify({ status })))
}
