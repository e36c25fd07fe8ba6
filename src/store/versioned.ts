// Records with versions, as rows of every store have them.

import { parse } from './documents.ts'
import type { Versioned } from './store.ts'

export interface VersionedRow {
  readonly version: number
  readonly document: string
}

export function versioned<T>(row: VersionedRow | undefined): Versioned<T> | undefined {
  return row && versionedRow<T>(row)
}

export function versionedRow<T>({ version, document }: VersionedRow): Versioned<T> {
  return { record: parse<T>(document), version }
}

interface Aged {
  readonly record: { readonly id: string; readonly createdAt: string }
}

/** The oldest first; of those that are as old by id. */
export function byAge(a: Aged, b: Aged): number {
  return compare(a.record.createdAt, b.record.createdAt) || compare(a.record.id, b.record.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
