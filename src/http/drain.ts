// Closing in good order: what was asked is answered, and nobody keeps the server from ending.

import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { lastReplyOn } from './last-reply.ts'

/** Makes `app.close()` end as soon as the requests under way are answered, and `graceMs` later in any case. */
export function drainOnClose(app: FastifyInstance, graceMs: number): void {
  const connections = new Set<Socket>()
  const server: Server = app.server
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of connections) endConnection(socket)
    // Nor does Node time clients out once it closes: one that never sends the rest would be waited for.
    setTimeout(() => server.closeAllConnections(), graceMs).unref()
  })
}

/** Node lets go of connections that are idle now, not of those that have yet to send or become idle later. */
function endConnection(socket: Socket): void {
  const reply = lastReplyOn(socket)
  if (socket.bytesRead === 0) socket.destroy()
  else if (reply !== undefined && !reply.closed) endConnectionAfter(reply)
}

function endConnectionAfter(reply: ServerResponse): void {
  if (!reply.headersSent) reply.setHeader('connection', 'close')
  else reply.once('finish', () => reply.req.socket.destroySoon())
}
