// Requests that are not HTTP, or too large or too slow to be read: answered on the bare socket, in the usual envelope.

import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errors, type OmnidexError } from '../errors.ts'
import { errorEnvelope } from './errors.ts'

/** How long a refused client may go on sending: closing at once would take the reply out of its hands. */
const LINGER_MS = 1_000

/** What a connection has come to. */
interface Progress {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Requests whose reply is not out yet. */
  open: number
}

const progress = new WeakMap<Socket, Progress>()
const refused = new WeakSet<Socket>()

/** Must see every request, so that no answer to a broken one is taken for the answer to another. */
export function followRequests(server: Server): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    progress.set(socket, { request, response, open: (progress.get(socket)?.open ?? 0) + 1 })
    response.once('close', () => {
      const now = progress.get(socket)
      if (now !== undefined) now.open--
    })
  })
}

export function answerBrokenRequest(error: { code?: string }, socket: Socket): void {
  if (refused.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable || !isTurnOfBroken(socket)) {
    socket.destroy()
    return
  }
  refused.add(socket)
  socket.end(httpText(meaningOf(error.code)))
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** Whether what is sent now arrives as the answer to the broken request, and is the only one. */
function isTurnOfBroken(socket: Socket): boolean {
  const last = progress.get(socket)
  if (last === undefined) return true
  const { request, response, open } = last
  if (request.complete) return open === 0
  return open === 1 && !response.headersSent
}

function meaningOf(code: string | undefined): OmnidexError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout()
  return errors.badRequest()
}

function httpText(error: OmnidexError): string {
  const body = JSON.stringify(errorEnvelope(error))
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
