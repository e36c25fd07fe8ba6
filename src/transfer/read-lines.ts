// Contacts from newline-delimited JSON, one document a line: omnidex export's own format, and that of mongoexport.

import { incomingOfJson, MAX_DOCUMENT_BYTES } from './document.ts'
import type { Entry } from './entry.ts'
import { gathered } from './gather.ts'
import { type Line, LineSplitter } from './ndjson.ts'
import { isNote } from './rejects.ts'

export interface ReadOptions {
  readonly now: Date
  /** Whether it is a file of rejected entries. Default false. */
  readonly isRejects?: boolean | undefined
  /** Whether it is a page of contacts.search as a whole. */
  readonly isPage?: boolean | undefined
  /** What is cut off by a stop is nothing that was read. */
  readonly signal?: AbortSignal | undefined
  /** Bytes in one commit. Default: some megabytes. */
  readonly batchBytes?: number | undefined
}

export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { now, signal, batchBytes, isRejects = false }: ReadOptions,
): AsyncGenerator<Iterable<Entry>> {
  const splitter = new LineSplitter(MAX_DOCUMENT_BYTES)
  for await (const pieces of gathered(input, signal, batchBytes))
    yield entriesOf(linesOf(pieces, splitter), now, isRejects)
  if (!signal?.aborted) yield entriesOf(splitter.end(), now, isRejects)
}

function* linesOf(pieces: readonly Uint8Array[], splitter: LineSplitter): Generator<Line> {
  for (const piece of pieces) yield* splitter.push(piece)
}

function* entriesOf(lines: Iterable<Line>, now: Date, isRejects: boolean): Generator<Entry> {
  for (const { number, bytes } of lines) {
    if (isRejects && bytes !== undefined && isNote(bytes)) continue
    yield { number, original: bytes, incoming: () => incomingOfJson(bytes, now) }
  }
}
