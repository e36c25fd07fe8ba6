// Input gathered into batches: as bytes, since ten thousand contacts at once keep the garbage collector busy.

/**
 * Input in one commit, up to the piece that makes it so much: some 5,000 contacts. A commit of a large directory writes thousands of
 * pages, many of them again at the next one: of a million contacts 8 MiB would save a tenth of the time. But the writers of a server
 * wait for it, three tenths of a second with 8 MiB, and all of it is in memory.
 */
const BATCH_BYTES = 3 * 1024 * 1024
/** Pieces in one commit: each takes memory of its own, however small it is. */
const BATCH_PIECES = 16_384

/** Nothing more is read until a batch has been dealt with, nor after a stop. */
export async function* gathered(
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
  batchBytes = BATCH_BYTES,
): AsyncGenerator<readonly Uint8Array[]> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of input) {
    pieces.push(piece)
    bytes += piece.length
    const isFull = bytes >= batchBytes || pieces.length >= BATCH_PIECES
    if (!isFull && !signal?.aborted) continue
    yield pieces
    if (signal?.aborted) return
    pieces = []
    bytes = 0
  }
  yield pieces
}
