// For those who run the server: is it alive, does it serve, what does it do. Nobody needs to log in for these.

import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

export interface OperationOptions {
  readonly metrics: Metrics
  /** Whether the index serves. */
  readonly ready: () => boolean
}

export function operationRoutes(app: FastifyInstance, { metrics, ready }: OperationOptions): void {
  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) => {
    if (ready()) return { status: 'ready' }
    return reply.code(503).header('retry-after', '1').send({ status: 'starting' })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}
