// An input as it was before gzip packed it; others as they are. Told by its first bytes, since names lie.

import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { errors } from '../errors.ts'

const GZIP = [0x1f, 0x8b]
/** How much more may come out than went in: text shrinks to a twentieth, and what shrinks to less was made to harm. */
const MAX_RATIO = 250
/** Bytes that may come out whatever went in. */
const ALWAYS_FINE = 64 * 1024 * 1024

/** @throws input-packed-too-well, input-broken */
export async function* unpacked(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const [head, whole] = await peek(input, GZIP.length)
  if (!GZIP.every((byte, at) => head[at] === byte)) return yield* whole
  let bytesIn = 0
  let bytesOut = 0
  async function* counted() {
    for await (const piece of whole) {
      bytesIn += piece.length
      yield piece
    }
  }
  const packed = Readable.from(counted(), { objectMode: false })
  const gunzip = createGunzip()
  packed.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of packed.pipe(gunzip)) {
      bytesOut += piece.length
      if (bytesOut > ALWAYS_FINE && bytesOut > bytesIn * MAX_RATIO) throw errors.inputPackedTooWell()
      yield piece
    }
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code === 'string' && code.startsWith('Z_')) {
      throw errors.inputBroken({ reason: (error as Error).message }, error)
    }
    throw error
  } finally {
    packed.destroy()
  }
}

/** The first bytes of an input, as many as asked for unless it is shorter, and all of it. */
export async function peek(
  input: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<[head: Uint8Array, whole: AsyncGenerator<Uint8Array>]> {
  const pieces: Uint8Array[] = []
  let length = 0
  const iterator = input[Symbol.asyncIterator]()
  while (length < bytes) {
    const { done, value } = await iterator.next()
    if (done) break
    pieces.push(value)
    length += value.length
  }
  const head = Buffer.concat(pieces)
  return [head, joined(head, iterator)]
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (;;) {
      const { done, value } = await rest.next()
      if (done) return
      yield value
    }
  } finally {
    await rest.return?.()
  }
}
