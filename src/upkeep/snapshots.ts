// The index on disk, so that a start need not make it again. A snapshot is a manifest and a file for each segment; since
// segments never change, one that an earlier snapshot wrote is not written again. The database says which manifests are
// its own: it is told last, after all files are on disk. So a crash at any moment leaves the snapshot before, a database
// restored from a backup finds the snapshot of its own time or none, and another database's snapshot is never used.

import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IndexImage, SegmentImage } from '../search/search.ts'
import {
  formatManifest,
  isNamed,
  isSnapshotFile,
  MANIFEST,
  type Manifest,
  parseManifest,
  SEGMENT,
  type SegmentEntry,
} from './manifest.ts'
import { readSegment, type SegmentFile, writeSegment } from './segment-file.ts'

/** Where a database says which snapshots are its own. */
export interface SnapshotRegister {
  has(name: string): Promise<boolean>
  /** Adds a snapshot, and strikes out the one `before`. */
  replace(before: string | undefined, name: string): Promise<void>
  /** Strikes out all of them. */
  forgetAll(): Promise<void>
}

export interface Snapshot {
  readonly image: IndexImage
  /** Sequence number of the last change that the image has. */
  readonly position: number
}

/** A save under way. */
interface Saving {
  /** The files that it has made so far, and what is in each. */
  readonly made: Map<string, object>
  readonly signal: AbortSignal | undefined
}

export class Snapshots {
  /** Where they are. */
  readonly folder: string
  readonly #register: SnapshotRegister
  readonly #textsVersion: number
  /** Files of the segments that were read or written, by the segment's data. */
  readonly #files = new WeakMap<object, SegmentFile>()
  /** Of the snapshot that was read or written last. */
  #name: string | undefined

  /**
   * @param folder  made when the first snapshot is written; what else is in it stays
   * @param textsVersion  of the rules that say which texts a document has: snapshots made by others are refused.
   *   Default 0, for rules that never change.
   */
  constructor(folder: string, register: SnapshotRegister, textsVersion = 0) {
    this.folder = folder
    this.#register = register
    this.#textsVersion = textsVersion
  }

  /**
   * The database's snapshot, if it has one that is of no later change than `lastSeq`.
   * @throws Error when it is damaged, incomplete, or made in another way than one would be now
   */
  async load(lastSeq: number): Promise<Snapshot | undefined> {
    const name = await this.#findOwn()
    if (name === undefined) return undefined
    this.#name = name
    const manifest = parseManifest(await readFile(this.#path(name + MANIFEST), 'utf8'), this.#textsVersion)
    if (manifest.position > lastSeq) throw new Error('the snapshot has changes that the database has not')
    const known = await this.#readAll(manifest.known)
    const unknown = await this.#readAll(manifest.unknown)
    return { image: { known, unknown, textless: manifest.textless }, position: manifest.position }
  }

  /**
   * Writes a snapshot and makes it the database's own. Only one call at a time. One that fails leaves no files, unless
   * the database may count on them.
   * @param signal  gives it up, after some megabytes at most; its reason is thrown
   */
  async save(snapshot: Snapshot, signal?: AbortSignal): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const name = randomUUID()
    const saving: Saving = { made: new Map(), signal }
    const files = await this.#write(name, snapshot, saving).catch(async (error) => {
      await this.#takeBack(saving)
      throw error
    })
    await this.#tell(name, saving)
    this.#name = name
    await this.#removeOthers(files)
  }

  /** Removes all of them, and their files. */
  async forget(): Promise<void> {
    await this.#register.forgetAll()
    this.#name = undefined
    await this.#removeOthers([])
  }

  /** After a crash there may be manifests that the database was never told of, or not any more. */
  async #findOwn(): Promise<string | undefined> {
    for (const file of await this.#list()) {
      const name = file.slice(0, -MANIFEST.length)
      if (isNamed(file, MANIFEST) && (await this.#register.has(name))) return name
    }
    return undefined
  }

  /** The snapshots' files in the folder, whatever else there is. */
  async #list(): Promise<string[]> {
    try {
      const entries = await readdir(this.folder, { withFileTypes: true })
      return entries.filter((entry) => entry.isFile() && isSnapshotFile(entry.name)).map(({ name }) => name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  async #readAll(entries: readonly SegmentEntry[]): Promise<SegmentImage[]> {
    const images: SegmentImage[] = []
    for (const { gone, ...segment } of entries) {
      const data = await readSegment(this.#path(segment.file), segment)
      const documents = data.ids.starts.length - 1
      if (gone.some((number) => number >= documents)) {
        throw new Error(`${segment.file} lacks documents that are said to be gone`)
      }
      this.#files.set(data, segment)
      images.push({ data, gone })
    }
    return images
  }

  /** @returns the names of all files of the snapshot */
  async #write(name: string, { image, position }: Snapshot, saving: Saving): Promise<string[]> {
    const known = await this.#writeAll(image.known, saving)
    const unknown = await this.#writeAll(image.unknown, saving)
    const manifest: Manifest = { position, known, unknown, textless: image.textless }
    saving.signal?.throwIfAborted()
    await this.#writeManifest(name + MANIFEST, manifest, saving)
    saving.signal?.throwIfAborted()
    return [name + MANIFEST, ...[...known, ...unknown].map(({ file }) => file)]
  }

  async #writeAll(images: readonly SegmentImage[], saving: Saving): Promise<SegmentEntry[]> {
    const entries: SegmentEntry[] = []
    for (const { data, gone } of images) {
      saving.signal?.throwIfAborted()
      const segment = this.#files.get(data) ?? (await this.#writeSegment(data, saving))
      entries.push({ ...segment, gone })
    }
    return entries
  }

  async #writeSegment(data: SegmentImage['data'], { made, signal }: Saving): Promise<SegmentFile> {
    const file = randomUUID() + SEGMENT
    made.set(file, data)
    const segment = { file, ...(await writeSegment(this.#path(file), data, signal)) }
    this.#files.set(data, segment)
    return segment
  }

  /** All files are on disk afterwards, their names included. */
  async #writeManifest(file: string, manifest: Manifest, { made }: Saving): Promise<void> {
    made.set(file, manifest)
    const text = formatManifest(manifest, this.#textsVersion)
    await writeFile(this.#path(file), text, { flush: true, mode: 0o600 })
    const folder = await open(this.folder)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  /** A database that fails may have heard all the same. As long as nobody can know, what it may count on stays. */
  async #tell(name: string, saving: Saving): Promise<void> {
    try {
      await this.#register.replace(this.#name, name)
    } catch (error) {
      const isTold = await this.#register.has(name).catch(() => undefined)
      if (isTold === true) return
      if (isTold === false) await this.#takeBack(saving)
      throw error
    }
  }

  /** Whoever saves again begins anew: left where they are, the files of many failures would fill the disk. */
  async #takeBack({ made }: Saving): Promise<void> {
    for (const [file, content] of made) {
      this.#files.delete(content)
      // What failed is told; that its remains could not be removed would only hide it.
      await rm(this.#path(file), { force: true }).catch(() => undefined)
    }
  }

  async #removeOthers(files: readonly string[]): Promise<void> {
    const others = (await this.#list()).filter((file) => !files.includes(file))
    for (const file of others) await rm(this.#path(file), { force: true })
  }

  #path(file: string): string {
    return join(this.folder, file)
  }
}
