// What a snapshot consists of, as a text. All of it is checked before anything of it is used: a checksum tells that it is
// as it was written, not that what was written can be true.

import { crc32 } from 'node:zlib'
import { IMAGE_FORMAT } from '../search/search.ts'
import { isArrayKind, type SegmentFile } from './segment-file.ts'

export interface Manifest {
  /** Sequence number of the last change that the segments have. */
  readonly position: number
  readonly known: readonly SegmentEntry[]
  readonly unknown: readonly SegmentEntry[]
  /** Ids of documents without texts. */
  readonly textless: readonly string[]
}

export interface SegmentEntry extends SegmentFile {
  /** Numbers of the documents that are gone, each once. */
  readonly gone: readonly number[]
}

/** Endings of the names of a snapshot's files; what is before them is a UUID. */
export const MANIFEST = '.manifest'
export const SEGMENT = '.segment'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a file of this name is one of a snapshot; all others in the folder are somebody else's. */
export function isSnapshotFile(file: string): boolean {
  return isNamed(file, MANIFEST) || isNamed(file, SEGMENT)
}

export function isNamed(file: string, ending: string): boolean {
  return file.endsWith(ending) && UUID.test(file.slice(0, -ending.length))
}

/**
 * The manifest in one line, and its checksum in another.
 * @param textsVersion  see `Snapshots`
 */
export function formatManifest(manifest: Manifest, textsVersion: number): string {
  const line = JSON.stringify({ ...making(textsVersion), ...manifest })
  return `${line}\n${crc32(line)}\n`
}

/**
 * @param textsVersion  see `Snapshots`
 * @throws Error when it is damaged, made in another way than one would be now, or not a manifest
 */
export function parseManifest(text: string, textsVersion: number): Manifest {
  const [line = '', crc] = text.split('\n')
  if (crc !== String(crc32(line))) throw new Error('the manifest is damaged')
  const manifest: unknown = JSON.parse(line)
  if (!isObject(manifest)) throw new Error('the manifest is not one')
  for (const [what, now] of Object.entries(making(textsVersion))) {
    if (manifest[what] !== now) {
      throw new Error('the snapshot is of another version of Omnidex, or of another kind of machine')
    }
  }
  if (!isManifest(manifest)) throw new Error('the manifest is not one')
  return manifest
}

/** All that a snapshot's files depend on besides the database. */
function making(textsVersion: number) {
  return { format: IMAGE_FORMAT, byteOrder: byteOrder(), textsVersion }
}

function byteOrder(): string {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big'
}

type Fields<T> = { readonly [key in keyof T]?: unknown }

function isManifest(value: Fields<Manifest>): value is Manifest {
  const { position, known, unknown, textless } = value
  return (
    isCount(position) && isListOf(known, isEntry) && isListOf(unknown, isEntry) && isListOf(textless, isText)
  )
}

/** Of which segment `gone` is true, only the segment can tell. */
function isEntry(value: unknown): value is SegmentEntry {
  if (!isObject(value)) return false
  const { file, arrays, crc, gone }: Fields<SegmentEntry> = value
  // No path: one could lead out of the folder.
  const isFile = isText(file) && isNamed(file, SEGMENT)
  return isFile && isListOf(arrays, isArrayEntry) && isCount(crc) && isListOf(gone, isCount) && isSet(gone)
}

function isArrayEntry(value: unknown): value is SegmentFile['arrays'][number] {
  return Array.isArray(value) && value.length === 2 && isArrayKind(value[0]) && isCount(value[1])
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne)
}

function isSet(values: readonly number[]): boolean {
  return new Set(values).size === values.length
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
