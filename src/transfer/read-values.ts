// Contacts from JSON that is no line each: an array of documents, the page of contacts.search that has one, or documents one after
// the other, over as many lines as they like. Cut into documents as bytes, so that an array of any length needs memory for one of them.

import { incomingOfJson, MAX_DOCUMENT_BYTES } from './document.ts'
import type { Entry } from './entry.ts'
import { gathered } from './gather.ts'
import type { ReadOptions } from './read-lines.ts'

const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]
const [QUOTE, BACKSLASH, NEWLINE, COMMA, HASH] = [0x22, 0x5c, 0x0a, 0x2c, 0x23]
/** Between values; a byte order mark, too. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, NEWLINE, COMMA, 0xef, 0xbb, 0xbf])

interface Value {
  /** The line on which it begins. */
  readonly number: number
  /** `undefined` when it is longer than allowed. */
  readonly bytes: Uint8Array | undefined
}

/** Cuts bytes into the values of an array, or of no array, as they arrive. */
class ValueSplitter {
  readonly #maxBytes: number
  readonly #hasNotes: boolean
  readonly #isPage: boolean
  /** Before the array of a page, or after it. */
  #isOutside: boolean
  readonly #pieces: Uint8Array[] = []
  #length = 0
  /** Brackets that are open within the value. */
  #depth = 0
  #inText = false
  #isEscaped = false
  #inValue = false
  #inNote = false
  #isArray: boolean | undefined
  #line = 1
  #startLine = 1

  /**
   * @param hasNotes  whether lines between values that begin with `#` are none
   * @param isPage  whether the values stand in the first array of an object
   */
  constructor(maxBytes: number, { hasNotes, isPage }: { hasNotes: boolean; isPage: boolean }) {
    this.#maxBytes = maxBytes
    this.#hasNotes = hasNotes
    this.#isPage = isPage
    this.#isOutside = isPage
  }

  /** The values that end in this chunk. */
  *push(chunk: Uint8Array): Generator<Value> {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (byte === NEWLINE) {
        this.#line++
        this.#inNote = false
      }
      if (this.#isOutside) {
        if (this.#isArray === undefined && byte === OPEN_BRACKET) {
          this.#isArray = true
          this.#isOutside = false
        }
        continue
      }
      if (this.#inNote) continue
      if (this.#inValue) {
        if (!this.#isEnd(byte)) continue
        yield this.#whole(chunk.subarray(start, byte === COMMA || BLANKS.has(byte) ? at : at + 1))
      } else if (this.#hasNotes && byte === HASH) this.#inNote = true
      else if (this.#isArray === undefined && byte === OPEN_BRACKET) this.#isArray = true
      else if (this.#isPage && byte === CLOSE_BRACKET) this.#isOutside = true
      else if (!BLANKS.has(byte) && !(this.#isArray && byte === CLOSE_BRACKET)) {
        this.#begin(byte)
        start = at
      }
    }
    if (this.#inValue) this.#keep(chunk.subarray(start))
  }

  /** What nothing ended. */
  *end(): Generator<Value> {
    if (this.#inValue) yield this.#whole(new Uint8Array())
  }

  #begin(byte: number): void {
    this.#isArray ??= false
    this.#inValue = true
    this.#startLine = this.#line
    this.#depth = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : 0
    this.#inText = byte === QUOTE
    this.#isEscaped = false
  }

  /** Whether the value ends with this byte or, when it is no object, list or text, before it. */
  #isEnd(byte: number): boolean {
    if (this.#inText) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) {
        this.#inText = false
        return this.#depth === 0
      }
      return false
    }
    if (byte === QUOTE) this.#inText = true
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return --this.#depth <= 0
    return this.#depth === 0 && BLANKS.has(byte)
  }

  #whole(last: Uint8Array): Value {
    this.#keep(last)
    this.#inValue = false
    const isWhole = this.#length <= this.#maxBytes
    const bytes = isWhole ? Buffer.concat(this.#pieces) : undefined
    this.#pieces.length = 0
    this.#length = 0
    return { number: this.#startLine, bytes }
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (this.#length <= this.#maxBytes) this.#pieces.push(bytes.slice())
    else this.#pieces.length = 0
  }
}

export async function* readValues(
  input: AsyncIterable<Uint8Array>,
  { now, signal, batchBytes, isRejects = false, isPage = false }: ReadOptions,
): AsyncGenerator<Iterable<Entry>> {
  const splitter = new ValueSplitter(MAX_DOCUMENT_BYTES, { hasNotes: isRejects, isPage })
  for await (const pieces of gathered(input, signal, batchBytes))
    yield entriesOf(valuesOf(pieces, splitter), now)
  if (!signal?.aborted) yield entriesOf(splitter.end(), now)
}

function* valuesOf(pieces: readonly Uint8Array[], splitter: ValueSplitter): Generator<Value> {
  for (const piece of pieces) yield* splitter.push(piece)
}

function* entriesOf(values: Iterable<Value>, now: Date): Generator<Entry> {
  for (const { number, bytes } of values) {
    yield { number, original: bytes, incoming: () => incomingOfJson(bytes, now) }
  }
}
