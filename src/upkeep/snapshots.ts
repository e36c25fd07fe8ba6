// The index on disk, so that a start need not make it again. A snapshot is a manifest and a file for each segment; since
// segments never change, one that an earlier snapshot wrote is not written again. The database says which manifests are
// its own: it is told last, after all files are on disk. So a crash at any moment leaves the snapshot before, a database
// restored from a backup finds the snapshot of its own time or none, and another database's snapshot is never used.

import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  arraysOf,
  IMAGE_FORMAT,
  type IndexImage,
  type SegmentArray,
  type SegmentImage,
  segmentOf,
} from '../search/search.ts'

/** Where a database says which snapshots are its own. */
export interface SnapshotRegister {
  has(name: string): Promise<boolean>
  /** Adds a snapshot, and strikes out the one `before`. */
  replace(before: string | undefined, name: string): Promise<void>
}

export interface Snapshot {
  readonly image: IndexImage
  /** Sequence number of the last change that the image has. */
  readonly position: number
}

type ArrayKind = keyof typeof BYTES_PER_ELEMENT

interface SegmentFile {
  readonly file: string
  readonly arrays: readonly (readonly [kind: ArrayKind, length: number])[]
  /** Checksum of the whole file. */
  readonly crc: number
}

interface Manifest {
  readonly format: number
  readonly byteOrder: string
  readonly position: number
  readonly known: readonly (SegmentFile & { readonly gone: readonly number[] })[]
  readonly unknown: Manifest['known']
  readonly textless: readonly string[]
}

const BYTES_PER_ELEMENT = { Uint8Array: 1, Uint16Array: 2, Uint32Array: 4 }
/** Bytes read or written at once, so that nobody waits long for the file system's threads. */
const CHUNK = 1 << 22
const MANIFEST = '.manifest'

export class Snapshots {
  readonly #folder: string
  readonly #register: SnapshotRegister
  /** Files of the segments that were read or written, by the segment's data. */
  readonly #files = new WeakMap<object, SegmentFile>()
  /** Of the snapshot that was read or written last. */
  #name: string | undefined

  /** @param folder  made when the first snapshot is written; nothing else may be in it */
  constructor(folder: string, register: SnapshotRegister) {
    this.#folder = folder
    this.#register = register
  }

  /**
   * The database's snapshot, if it has one that is of no later change than `lastSeq`.
   * @throws Error when it is damaged, incomplete, or of another format
   */
  async load(lastSeq: number): Promise<Snapshot | undefined> {
    const name = await this.#findOwn()
    if (name === undefined) return undefined
    this.#name = name
    const manifest = parseManifest(await readFile(this.#path(name + MANIFEST), 'utf8'))
    if (manifest.position > lastSeq) throw new Error('the snapshot has changes that the database has not')
    const known = await this.#readAll(manifest.known)
    const unknown = await this.#readAll(manifest.unknown)
    return { image: { known, unknown, textless: manifest.textless }, position: manifest.position }
  }

  /** Writes a snapshot and makes it the database's own. Only one call at a time. */
  async save({ image, position }: Snapshot): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const known = await this.#writeAll(image.known)
    const unknown = await this.#writeAll(image.unknown)
    const manifest: Manifest = {
      format: IMAGE_FORMAT,
      byteOrder: byteOrder(),
      position,
      known,
      unknown,
      textless: image.textless,
    }
    const name = randomUUID()
    await writeFile(this.#path(name + MANIFEST), formatManifest(manifest), { flush: true, mode: 0o600 })
    await this.#flushFolder()
    await this.#register.replace(this.#name, name)
    this.#name = name
    await this.#removeOthers([name + MANIFEST, ...[...known, ...unknown].map(({ file }) => file)])
  }

  /** After a crash there may be manifests that the database was never told of, or not any more. */
  async #findOwn(): Promise<string | undefined> {
    for (const file of await this.#list()) {
      const name = file.slice(0, -MANIFEST.length)
      if (file.endsWith(MANIFEST) && (await this.#register.has(name))) return name
    }
    return undefined
  }

  async #list(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  async #readAll(segments: Manifest['known']): Promise<SegmentImage[]> {
    const images: SegmentImage[] = []
    for (const { gone, ...file } of segments) images.push({ data: await this.#readSegment(file), gone })
    return images
  }

  async #readSegment(segment: SegmentFile): Promise<SegmentImage['data']> {
    const arrays: SegmentArray[] = []
    let crc = 0
    const handle = await open(this.#path(segment.file))
    try {
      for (const [kind, length] of segment.arrays) {
        const buffer = new SharedArrayBuffer(length * BYTES_PER_ELEMENT[kind])
        const bytes = new Uint8Array(buffer)
        for (let start = 0; start < bytes.length; start += CHUNK) {
          const chunk = bytes.subarray(start, start + CHUNK)
          const { bytesRead } = await handle.read(chunk, 0, chunk.length)
          if (bytesRead < chunk.length) throw new Error(`${segment.file} ends too early`)
          crc = crc32(chunk, crc)
        }
        arrays.push(arrayOf(kind, buffer))
      }
    } finally {
      await handle.close()
    }
    if (crc !== segment.crc) throw new Error(`${segment.file} is damaged`)
    const data = segmentOf(arrays)
    this.#files.set(data, segment)
    return data
  }

  async #writeAll(images: readonly SegmentImage[]): Promise<Manifest['known']> {
    const written: (SegmentFile & { gone: readonly number[] })[] = []
    for (const { data, gone } of images) {
      const file = this.#files.get(data) ?? (await this.#writeSegment(arraysOf(data)))
      this.#files.set(data, file)
      written.push({ ...file, gone })
    }
    return written
  }

  async #writeSegment(arrays: readonly SegmentArray[]): Promise<SegmentFile> {
    const file = `${randomUUID()}.segment`
    let crc = 0
    const handle = await open(this.#path(file), 'wx', 0o600)
    try {
      for (const { buffer, byteOffset, byteLength } of arrays) {
        const bytes = new Uint8Array(buffer, byteOffset, byteLength)
        for (let start = 0; start < bytes.length; start += CHUNK) {
          const chunk = bytes.subarray(start, start + CHUNK)
          await handle.writeFile(chunk)
          crc = crc32(chunk, crc)
        }
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    return { file, crc, arrays: arrays.map((array) => [array.constructor.name as ArrayKind, array.length]) }
  }

  /** Names are on disk once their folder is. */
  async #flushFolder(): Promise<void> {
    const folder = await open(this.#folder)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  async #removeOthers(files: readonly string[]): Promise<void> {
    const others = (await this.#list()).filter((file) => !files.includes(file))
    for (const file of others) await rm(this.#path(file), { force: true })
  }

  #path(file: string): string {
    return join(this.#folder, file)
  }
}

function arrayOf(kind: ArrayKind, buffer: SharedArrayBuffer): SegmentArray {
  if (kind === 'Uint8Array') return new Uint8Array(buffer)
  return kind === 'Uint16Array' ? new Uint16Array(buffer) : new Uint32Array(buffer)
}

/** The manifest in one line, and its checksum in another. */
function formatManifest(manifest: Manifest): string {
  const line = JSON.stringify(manifest)
  return `${line}\n${crc32(line)}\n`
}

/** @throws Error when it is damaged or of another format */
function parseManifest(text: string): Manifest {
  const [line = '', crc] = text.split('\n')
  if (crc !== String(crc32(line))) throw new Error('the manifest is damaged')
  const manifest: Manifest = JSON.parse(line)
  if (manifest.format !== IMAGE_FORMAT || manifest.byteOrder !== byteOrder()) {
    throw new Error('the snapshot is of another version of Omnidex, or of another kind of machine')
  }
  return manifest
}

function byteOrder(): string {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big'
}
