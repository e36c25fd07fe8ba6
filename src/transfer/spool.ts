// An input that is put aside on the disk first, as it comes: whoever sends it has done its part, however long the rest takes.

import { createReadStream, type ReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errors } from '../errors.ts'

export interface Spooled {
  readonly bytes: number
  read(): AsyncIterable<Buffer>
  /** Removes it; nothing of it stays on the disk. */
  remove(): Promise<void>
}

/** @throws body-too-large, upload-no-room, and what the input throws: nothing of it stays then either */
export async function spooled(input: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'omnidex-upload-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'upload')
    const bytes = await write(path, input, maxBytes)
    const readers: ReadStream[] = []
    return {
      bytes,
      read() {
        const reader = createReadStream(path, { highWaterMark: 256 * 1024 })
        readers.push(reader)
        return reader
      },
      async remove() {
        // Whoever stopped reading half-way has left it open, and its room taken.
        for (const reader of readers) reader.destroy()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw isFull(error) ? errors.uploadNoRoom(undefined, error) : error
  }
}

async function write(path: string, input: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const piece of input) {
      bytes += piece.length
      if (bytes > maxBytes) throw errors.bodyTooLarge({ maxBytes })
      await file.writeFile(piece)
    }
  } finally {
    await file.close()
  }
  return bytes
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
