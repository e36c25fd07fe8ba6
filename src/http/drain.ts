// Closing in good order: what was asked is answered, and nobody keeps the server from ending.

import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Makes `app.close()` end as soon as the requests under way are answered, and `graceMs` later in any case. */
export function drainOnClose(app: FastifyInstance, graceMs: number): void {
  const connections = new Set<Socket>()
  const replies = new Set<ServerResponse>()
  const server: Server = app.server
  server.on('connection', (socket) => keepUntilClosed(connections, socket))
  server.on('request', (_request: IncomingMessage, reply) => keepUntilClosed(replies, reply))
  app.addHook('preClose', async () => {
    // Node lets go of connections that are idle after a request, not of those that have yet to send their first, nor
    // of those that become idle later.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    for (const reply of replies) endConnectionAfter(reply)
    // Nor does it time clients out once it closes: one that never sends the rest would be waited for.
    setTimeout(() => server.closeAllConnections(), graceMs).unref()
  })
}

function keepUntilClosed<T extends EventEmitter>(set: Set<T>, member: T): void {
  set.add(member)
  member.once('close', () => set.delete(member))
}

function endConnectionAfter(reply: ServerResponse): void {
  if (!reply.headersSent) reply.setHeader('connection', 'close')
  else reply.once('finish', () => reply.req.socket.destroySoon())
}
