// A segment as a file: its arrays one after the other, as they are in memory. What array starts where, and the file's
// checksum, are in the manifest.

import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { arraysOf, type SegmentArray, type SegmentImage, segmentOf } from '../search/search.ts'

type SegmentData = SegmentImage['data']

export type ArrayKind = keyof typeof BYTES_PER_ELEMENT

export interface SegmentFile {
  /** Name in the folder of the snapshots. */
  readonly file: string
  readonly arrays: readonly (readonly [kind: ArrayKind, length: number])[]
  /** Checksum of the whole file. */
  readonly crc: number
}

const BYTES_PER_ELEMENT = { Uint8Array: 1, Uint16Array: 2, Uint32Array: 4 }
/** Bytes read or written at once, so that nobody waits long for the file system's threads. */
const CHUNK = 1 << 22

export function isArrayKind(value: unknown): value is ArrayKind {
  return typeof value === 'string' && Object.hasOwn(BYTES_PER_ELEMENT, value)
}

/** @throws Error when the file is missing, or is not the one that was written */
export async function readSegment(path: string, { file, arrays, crc }: SegmentFile): Promise<SegmentData> {
  const handle = await open(path)
  try {
    // Before memory is taken for what is not there.
    if ((await handle.stat()).size !== bytesOf(arrays)) throw new Error(`${file} has not its length`)
    const read: SegmentArray[] = []
    let found = 0
    for (const [kind, length] of arrays) {
      const buffer = new SharedArrayBuffer(length * BYTES_PER_ELEMENT[kind])
      found = await readInto(handle, new Uint8Array(buffer), found)
      read.push(arrayOf(kind, buffer))
    }
    if (found !== crc) throw new Error(`${file} is damaged`)
    return segmentOf(read)
  } finally {
    await handle.close()
  }
}

/**
 * Makes the file, which is on disk afterwards. On an error, part of it may be.
 * @param signal  looked at now and then; writing ends with its reason
 */
export async function writeSegment(
  path: string,
  data: SegmentData,
  signal?: AbortSignal,
): Promise<Omit<SegmentFile, 'file'>> {
  const arrays = arraysOf(data)
  let crc = 0
  const handle = await open(path, 'wx', 0o600)
  try {
    for (const array of arrays) crc = await writeFrom(handle, array, crc, signal)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { crc, arrays: arrays.map((array) => [array.constructor.name as ArrayKind, array.length]) }
}

/** @returns the checksum `crc`, continued */
async function readInto(handle: FileHandle, bytes: Uint8Array, crc: number): Promise<number> {
  let read = crc
  for (const chunk of chunksOf(bytes)) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length)
    if (bytesRead < chunk.length) throw new Error('the file ends too early')
    read = crc32(chunk, read)
  }
  return read
}

/** @returns the checksum `crc`, continued */
async function writeFrom(
  handle: FileHandle,
  { buffer, byteOffset, byteLength }: SegmentArray,
  crc: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let written = crc
  for (const chunk of chunksOf(new Uint8Array(buffer, byteOffset, byteLength))) {
    signal?.throwIfAborted()
    await handle.writeFile(chunk)
    // Were all of it left to the end, nobody could give up then, and the database beside it would wait for the disk.
    await handle.datasync()
    written = crc32(chunk, written)
  }
  return written
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK)
}

function bytesOf(arrays: SegmentFile['arrays']): number {
  return arrays.reduce((sum, [kind, length]) => sum + length * BYTES_PER_ELEMENT[kind], 0)
}

function arrayOf(kind: ArrayKind, buffer: SharedArrayBuffer): SegmentArray {
  if (kind === 'Uint8Array') return new Uint8Array(buffer)
  return kind === 'Uint16Array' ? new Uint16Array(buffer) : new Uint32Array(buffer)
}
