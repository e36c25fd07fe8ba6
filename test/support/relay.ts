// Stands between a client and a server: sees what is asked, and can answer in the server's place or not at all.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Relay {
  readonly url: string
  /** Path and query of each request so far, below `/api/v1/`. */
  readonly asked: string[]
  /** Headers of each request so far. */
  readonly headers: IncomingMessage['headers'][]
  /** Looks at a request before it is passed on; with `true` it has answered it. */
  before: ((path: string, response: ServerResponse) => Promise<boolean> | boolean) | undefined
  close(): Promise<void>
}

/** @param target  address of the server; asked at each request, so that it may change */
export async function startRelay(target: () => string): Promise<Relay> {
  const relay: { before: Relay['before'] } & Pick<Relay, 'asked' | 'headers'> = {
    asked: [],
    headers: [],
    before: undefined,
  }
  const server = createServer(async (incoming, response) => {
    const path = (incoming.url ?? '').replace(/^\/api\/v1\//, '')
    relay.asked.push(path)
    relay.headers.push(incoming.headers)
    if (await relay.before?.(path, response)) return
    const outgoing = request(new URL(incoming.url ?? '', target()), {
      method: incoming.method,
      headers: incoming.headers,
    })
    outgoing.on('error', () => response.destroy())
    outgoing.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 0, reply.headers)
      reply.pipe(response)
    })
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(relay, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
