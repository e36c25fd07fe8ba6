// Requests that are not HTTP, or too large or too slow to be read: answered on the bare socket, in the usual envelope.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errors, type OmnidexError } from '../errors.ts'
import { errorEnvelope } from './errors.ts'
import { lastReplyOn } from './last-reply.ts'

/** How long a refused client may go on sending: closing at once would take the reply out of its hands. */
const LINGER_MS = 1_000

const refused = new WeakSet<Socket>()

/** What Node says of a request that it could not read. */
interface BrokenRequest {
  readonly code?: string
  /** What arrived last: bytes, whatever its type says. */
  readonly rawPacket?: unknown
}

export function answerBrokenRequest(error: BrokenRequest, socket: Socket): void {
  if (refused.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable || !isTurnOfBroken(socket)) {
    socket.destroy()
    return
  }
  refused.add(socket)
  socket.end(httpText(meaningOf(error.code), isHead(error)))
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** Whether what is sent now arrives as the answer to the broken request, and is the only one. */
function isTurnOfBroken(socket: Socket): boolean {
  const reply = lastReplyOn(socket)
  if (reply === undefined) return true
  // A reply has the connection once all before it are out.
  if (reply.req.complete) return reply.closed && reply.shouldKeepAlive
  return reply.socket !== null && !reply.headersSent
}

function meaningOf(code: string | undefined): OmnidexError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout()
  return errors.badRequest()
}

/** Whoever sends HEAD takes a body for the answer to something else. A request in several packets may not tell. */
function isHead({ rawPacket }: BrokenRequest): boolean {
  return Buffer.isBuffer(rawPacket) && rawPacket.toString('latin1', 0, 5) === 'HEAD '
}

function httpText(error: OmnidexError, isHead: boolean): string {
  const body = JSON.stringify(errorEnvelope(error))
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    isHead ? '' : body,
  ].join('\r\n')
}
