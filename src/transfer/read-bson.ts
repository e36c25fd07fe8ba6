// Documents from BSON, as mongodump writes a collection: one after the other, each beginning with its length.

import { BSONError, deserialize } from 'bson'
import { errors } from '../errors.ts'
import { incomingOf, MAX_DOCUMENT_BYTES } from './document.ts'
import type { Entry } from './entry.ts'
import { gathered } from './gather.ts'
import { plainOf } from './plain.ts'
import type { ReadOptions } from './read-lines.ts'

/** What MongoDB itself allows. */
const MAX_BSON_BYTES = 16 * 1024 * 1024
/** Length of the shortest one: its own length and the end. */
const MIN_BSON_BYTES = 5

export interface BsonDocument {
  /** The first of the input is 1. */
  readonly number: number
  /** @throws document-invalid, json-too-deep */
  read(): unknown
}

export async function* readBson(
  input: AsyncIterable<Uint8Array>,
  { now, signal }: ReadOptions,
): AsyncGenerator<Iterable<Entry>> {
  for await (const documents of readDocuments(input, signal)) yield entriesOf(documents, now)
}

/**
 * The documents as plain JSON values, each read when it is taken.
 * @throws input-broken where a length cannot be one
 */
export async function* readDocuments(
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Iterable<BsonDocument>> {
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  function* documents(bytes: Buffer): Generator<BsonDocument> {
    let at = 0
    for (let length = lengthAt(bytes, at); length <= bytes.length - at; length = lengthAt(bytes, at)) {
      const document = bytes.subarray(at, at + length)
      at += length
      yield { number: ++number, read: () => plainDocument(document) }
    }
    rest = Buffer.from(bytes.subarray(at))
  }
  for await (const pieces of gathered(input, signal)) yield documents(Buffer.concat([rest, ...pieces]))
  if (rest.length > 0 && !signal?.aborted)
    throw errors.inputBroken({ reason: 'its last document is not whole' })
}

function* entriesOf(documents: Iterable<BsonDocument>, now: Date): Generator<Entry> {
  for (const { number, read } of documents) {
    yield {
      number,
      get original() {
        return originalOf(read)
      },
      incoming: () => incomingOf(read(), now),
    }
  }
}

/** As JSON that an import takes; `undefined` for what cannot be read at all. */
function originalOf(read: () => unknown): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(read()))
  } catch {
    return undefined
  }
}

function plainDocument(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_DOCUMENT_BYTES) throw errors.lineTooLong({ maxBytes: MAX_DOCUMENT_BYTES })
  try {
    return plainOf(deserialize(bytes, { promoteBuffers: true }))
  } catch (error) {
    // Whatever nests beyond reason ends in a stack that is too deep.
    if (error instanceof BSONError || error instanceof RangeError) {
      throw errors.documentInvalid({ reason: `it is no BSON: ${error.message}` }, error)
    }
    throw error
  }
}

/** Infinity where the bytes end before its length. */
function lengthAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < 4) return Number.POSITIVE_INFINITY
  const length = bytes.readInt32LE(at)
  if (length < MIN_BSON_BYTES || length > MAX_BSON_BYTES) {
    throw errors.inputBroken({ reason: `a document of ${length} bytes cannot be` })
  }
  return length
}

/** Whether something that begins so is BSON. */
export function looksLikeBson(head: Buffer): boolean {
  if (head.length < MIN_BSON_BYTES) return false
  const length = head.readInt32LE(0)
  if (length < MIN_BSON_BYTES || length > MAX_BSON_BYTES) return false
  const type = head[4] ?? 0
  const isType = (type >= 0x01 && type <= 0x13) || type === 0x7f || type === 0xff || length === MIN_BSON_BYTES
  return isType && (length > head.length || head[length - 1] === 0)
}
