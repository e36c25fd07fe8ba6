// The key columns an index holds: those that are being filled, and those that are ready, of which it keeps the ones used
// last.

import type { SortColumn } from './contract.ts'
import { KeyColumn, type RecordKeys } from './key-column.ts'
import type { Source } from './source.ts'

export interface Place {
  readonly source: Source
  readonly number: number
}

/** A column that takes offers, and the documents that a put has settled since it was opened. */
interface Filling {
  readonly column: KeyColumn
  readonly settled: Set<string>
}

export class KeyColumns {
  readonly #most: number
  readonly #filling = new Map<string, Filling>()
  /** Least recently used first. */
  readonly #ready = new Map<string, KeyColumn>()

  /** @param most  ready columns to keep */
  constructor(most: number) {
    this.#most = most
  }

  /** What a record has for each column. */
  read(record: object): readonly RecordKeys[] {
    return this.#all().map((column) => column.read(record))
  }

  /** @param keys  what `read` returned a moment ago, no column having been opened since */
  set({ source, number }: Place, id: string, keys: readonly RecordKeys[]): void {
    for (const [at, column] of this.#all().entries()) column.set(source, number, keys[at] as RecordKeys)
    for (const { settled } of this.#filling.values()) settled.add(id)
  }

  /** Those that are ready. */
  get ready(): readonly KeyColumn[] {
    return [...this.#ready.values()]
  }

  /** Documents will have other numbers in another source: what ready columns lack of that one. */
  joinReady(from: readonly Source[], numbers: readonly Uint32Array[], to: Source, documents: number): void {
    for (const column of this.#ready.values()) {
      if (!column.has(to)) column.join(from, numbers, to, documents)
    }
  }

  /** Documents are in another source, under other numbers: the sources they came from are no more. */
  move(from: readonly Source[], numbers: readonly Uint32Array[], to: Source, documents: number): void {
    for (const column of this.#all()) {
      if (documents > 0 && !column.has(to)) column.join(from, numbers, to, documents)
      column.forget(documents > 0 ? from : [...from, to])
    }
  }

  /** A source that is not to be after all. */
  forget(source: Source): void {
    for (const column of this.#all()) column.forget([source])
  }

  find(path: string): KeyColumn | undefined {
    return this.#ready.get(path)
  }

  /** Notes that these paths serve an order now, and lets go of the longest unused others beyond the bound. */
  use(paths: readonly string[]): void {
    for (const path of paths) {
      const column = this.#ready.get(path)
      if (column === undefined) continue
      this.#ready.delete(path)
      this.#ready.set(path, column)
    }
    const surplus = this.#ready.size - Math.max(this.#most, paths.length)
    for (const path of [...this.#ready.keys()].slice(0, Math.max(surplus, 0))) this.#ready.delete(path)
  }

  /** Callers that fill the same path at the same time share a column: the first to finish completes it for all. */
  open(path: string, placeOf: (id: string) => Place | undefined): SortColumn {
    const filling = this.#filling.get(path) ?? { column: new KeyColumn(path), settled: new Set<string>() }
    this.#filling.set(path, filling)
    const isOpen = () => this.#filling.get(path) === filling
    return {
      offer: (id, record) => {
        if (!isOpen() || filling.settled.has(id)) return
        const place = placeOf(id)
        if (place === undefined) return
        filling.column.set(place.source, place.number, filling.column.read(record))
      },
      ready: () => {
        if (!isOpen()) return
        this.#filling.delete(path)
        this.#ready.delete(path)
        this.#ready.set(path, filling.column)
      },
      abandon: () => {
        if (isOpen()) this.#filling.delete(path)
      },
    }
  }

  #all(): KeyColumn[] {
    return [...this.#ready.values(), ...[...this.#filling.values()].map(({ column }) => column)]
  }
}
