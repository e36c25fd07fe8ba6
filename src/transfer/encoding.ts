// Bytes of a text file to UTF-8, whatever wrote it: by its byte order mark, else by what its beginning can be.

import { errors } from '../errors.ts'

/** Names as the WHATWG's Encoding standard has them. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const

export type Encoding = (typeof ENCODINGS)[number]

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** The encoding of a text that begins so. Old programs on Windows write Windows-1252, which is no UTF-8 at its first accent. */
export function encodingOf(head: Uint8Array): Encoding {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => head[at] === byte))
  if (marked !== undefined) return marked[0]
  const [even, odd] = [nulsAt(head, 0), nulsAt(head, 1)]
  if (odd > head.length / 8 && even === 0) return 'utf-16le'
  if (even > head.length / 8 && odd === 0) return 'utf-16be'
  return isUtf8(head) ? 'utf-8' : 'windows-1252'
}

/** The text as pieces of UTF-8, without its byte order mark. @throws input-broken naming the encoding */
export async function* toUtf8(input: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const decode = (piece?: Uint8Array) => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
    } catch (error) {
      throw errors.inputBroken({ reason: `it is not ${encoding} text all through` }, error)
    }
  }
  for await (const piece of input) {
    const text = decode(piece)
    if (text !== '') yield text
  }
  const rest = decode()
  if (rest !== '') yield rest
}

function nulsAt(head: Uint8Array, parity: 0 | 1): number {
  let nuls = 0
  for (let at = parity; at < head.length; at += 2) if (head[at] === 0) nuls++
  return nuls
}

/** Whether it is, up to a character that the end of the piece may have cut. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}
