// Cross-origin requests as Rocket.Chat answers them (contract 2.6).

import type { FastifyReply, FastifyRequest } from 'fastify'

const ALLOW_HEADERS =
  'Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token, x-visitor-token, Authorization'
const ALLOW_METHODS = 'GET, POST, PUT, DELETE, HEAD, PATCH'
const DISABLED = 'CORS not enabled. Go to "Admin > General > REST Api" to enable it.'

/** What every reply but a preflight's says. */
export function addCorsHeaders(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*')
  reply.header('access-control-allow-headers', ALLOW_HEADERS)
}

/**
 * The answer to OPTIONS.
 * @param origins allowed ones in lower case; none when cross-origin use is off, `['*']` for all
 */
export function answerPreflight(origins: readonly string[]) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { origin } = request.headers
    reply.type('text/plain; charset=UTF-8')
    if (!origin && !request.headers['access-control-request-method']) return reply.send('OK')
    if (origins.length === 0) return reply.code(405).send(DISABLED)
    if (origins.includes('*')) return allow(reply, '*').send('OK')
    if (!origins.includes(origin?.toLowerCase() ?? '')) return reply.code(403).send('Invalid origin')
    return allow(reply, origin ?? '')
      .header('vary', 'Origin')
      .send('OK')
  }
}

function allow(reply: FastifyReply, origin: string): FastifyReply {
  return reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-methods', ALLOW_METHODS)
    .header('access-control-allow-headers', ALLOW_HEADERS)
}
