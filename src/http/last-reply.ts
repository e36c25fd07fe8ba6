// The reply that each connection waits for, or got last: what those must know who close connections or answer on them.
// Replies go out in the order of their requests, so the last one tells of all.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const lastReplies = new WeakMap<Socket, ServerResponse<IncomingMessage>>()

/** Must see every request of the server. */
export function followReplies(server: Server): void {
  server.on('request', (request: IncomingMessage, reply: ServerResponse<IncomingMessage>) => {
    lastReplies.set(request.socket, reply)
  })
}

/** `undefined` before the first request. */
export function lastReplyOn(socket: Socket): ServerResponse<IncomingMessage> | undefined {
  return lastReplies.get(socket)
}
