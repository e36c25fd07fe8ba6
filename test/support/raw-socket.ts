// Bytes to a server and back, past every HTTP client, for requests that no client would send.
//
//   const socket = await openSocket(server.app.url)
//   socket.write('GET /health HTT')
//   const replies = parseReplies(await socket.untilClosed())

import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawSocket {
  write(bytes: string | Uint8Array): void
  /** Sends no more, still listens. */
  halfClose(): void
  /** What came until `enough` said so or the server closed; one character a byte. */
  until(enough: (received: string) => boolean): Promise<string>
  /** What came until the server closed. */
  untilClosed(): Promise<string>
  destroy(): void
}

export interface RawReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Waiting longer than this for anything is a failure of the server. Milliseconds. */
const PATIENCE_MS = 10_000

/** @param options.allowHalfOpen  stays open when the server has said that it sends no more */
export async function openSocket(
  url: string,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<RawSocket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), ...options })
  let received = ''
  let closed = false
  let changed = Promise.withResolvers<void>()
  const tell = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    tell()
  })
  // A reset is one of the ways in which servers close.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
    tell()
  })
  const until = async (enough: (received: string) => boolean) => {
    const giveUp = setTimeout(
      () => socket.destroy(new Error('the server neither answered nor closed')),
      PATIENCE_MS,
    )
    while (!closed && !enough(received)) await changed.promise
    clearTimeout(giveUp)
    if (socket.errored?.message.startsWith('the server neither')) throw socket.errored
    return received
  }
  return {
    write: (bytes) => void socket.write(bytes),
    halfClose: () => void socket.end(),
    until,
    untilClosed: () => until(() => false),
    destroy: () => void socket.destroy(),
  }
}

/** Sends these bytes and nothing after them; returns all that came back. */
export async function sendBytes(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = await openSocket(url)
  socket.write(bytes)
  socket.halfClose()
  const received = await socket.untilClosed()
  socket.destroy()
  return received
}

/**
 * The replies that some received bytes are, interim ones (1xx) left out.
 * @throws when they are anything but whole replies, one after the other
 */
export function parseReplies(received: string): RawReply[] {
  const replies: RawReply[] = []
  for (let rest = received; rest !== ''; ) {
    const head = /^HTTP\/1\.1 (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest)
    if (head === null) throw new Error(`this is no HTTP reply: ${JSON.stringify(rest.slice(0, 200))}`)
    const status = Number(head[1])
    const headers = parseHeaders(head[2] ?? '')
    const { body, length } = parseBody(headers, rest.slice(head[0].length))
    if (status >= 200) replies.push({ status, headers, body })
    rest = rest.slice(head[0].length + length)
  }
  return replies
}

function parseHeaders(lines: string): RawReply['headers'] {
  const entries = lines.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return Object.fromEntries(entries)
}

function parseBody(headers: RawReply['headers'], rest: string): { body: string; length: number } {
  if (headers['transfer-encoding'] === 'chunked') return parseChunks(rest)
  const length = Number(headers['content-length'] ?? 0)
  if (rest.length < length) throw new Error(`a body of ${length} bytes ends after ${rest.length}`)
  return { body: rest.slice(0, length), length }
}

function parseChunks(rest: string): { body: string; length: number } {
  let body = ''
  for (let at = 0; ; ) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest.slice(at, at + 20))
    if (size === null) throw new Error('a chunk has no size')
    const start = at + size[0].length
    const length = Number.parseInt(size[1] ?? '', 16)
    body += rest.slice(start, start + length)
    at = start + length + 2
    if (length === 0) return { body, length: at }
  }
}
