// Requests that are not HTTP, or too large or too slow to be read: answered on the bare socket, in the usual envelope.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errors, type OmnidexError } from '../errors.ts'
import { errorEnvelope } from './errors.ts'

export function answerBrokenRequest(error: { code?: string }, socket: Socket): void {
  // A client that is gone, or that was answered in part, gets nothing more.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  socket.end(httpText(meaningOf(error.code)))
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
