// The least that Fastify can do: one route that looks up its reply by the address and sends it. No authentication, no
// validation, no search. What it serves is the file of replies named on the command line.

import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { type CapturedReply, readReplies } from './replies-file.ts'

const [file = ''] = process.argv.slice(2)
const replies = new Map(readReplies(readFileSync(file)).map((reply) => [reply.path, bytesOf(reply)]))

const app = Fastify()
app.get('/api/v1/omnichannel/contacts.search', (request, reply) => {
  const known = replies.get(request.url)
  if (known === undefined) return reply.code(404).send()
  return reply.type(known.contentType).send(known.bytes)
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`the bare route is listening on ${url}\n`)
process.once('SIGTERM', () => void app.close())

/** Bytes made beforehand: the bare route does not even encode text. */
function bytesOf({ contentType, body }: CapturedReply) {
  return { contentType, bytes: Buffer.from(body) }
}
