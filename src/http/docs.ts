// The API's description for programs, `/api/v1/openapi.json`, and for people, `/api-docs`. Nobody needs to log in.
//
// The page is ours, not Swagger UI's or Redoc's: those are megabytes of script that want inline styles. This one is text
// and a style sheet, so its content security policy can forbid everything else.

import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { documentationPage } from './docs-page.ts'
import { STYLE } from './docs-style.ts'
import { openApiDocument, type RouteFamily } from './openapi.ts'

const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** @param rootUrl  how clients reach this server; known once it listens */
export function documentationRoutes(
  app: FastifyInstance,
  families: readonly RouteFamily[],
  rootUrl: () => string,
): void {
  const documentation = once(() => {
    const document = openApiDocument(families, { version: packageVersion(), rootUrl: rootUrl() })
    return { json: Buffer.from(JSON.stringify(document)), page: documentationPage(document) }
  })
  app.get('/api/v1/openapi.json', async (_request, reply) =>
    revalidated(reply).type('application/json').send(documentation().json),
  )
  app.get('/api-docs', async (_request, reply) =>
    revalidated(reply)
      .header('content-security-policy', POLICY)
      .header('referrer-policy', 'no-referrer')
      .type('text/html; charset=utf-8')
      .send(documentation().page),
  )
  app.get('/api-docs/style.css', async (_request, reply) =>
    revalidated(reply).type('text/css; charset=utf-8').send(STYLE),
  )
}

/** Caches may keep it, but ask each time: an upgrade shows at once. */
function revalidated(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').header('x-content-type-options', 'nosniff')
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
