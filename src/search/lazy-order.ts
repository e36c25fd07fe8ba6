// A sorted list of slots that puts off its sorting: changes are noted in constant time and worked in all together when
// somebody looks, so that filling it costs one sort instead of an insertion for every document.

export class LazyOrder {
  readonly #compare: (a: number, b: number) => number
  #sorted: number[] = []
  #added: number[] = []
  #removed = new Set<number>()

  /** @param compare  must never call two slots equal */
  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare
  }

  /** The slot must not be in the list; a removed one may return only after the next look. */
  add(slot: number): void {
    this.#added.push(slot)
  }

  remove(slot: number): void {
    this.#removed.add(slot)
  }

  /** The slots in order; valid until the next change. Costs one pass over the list after a change. */
  look(): readonly number[] {
    if (this.#removed.size > 0) this.#forgetRemoved()
    if (this.#added.length > 0) this.#sortIn()
    return this.#sorted
  }

  #forgetRemoved(): void {
    const stays = (slot: number) => !this.#removed.has(slot)
    this.#sorted = this.#sorted.filter(stays)
    this.#added = this.#added.filter(stays)
    this.#removed = new Set()
  }

  #sortIn(): void {
    const added = this.#added.sort(this.#compare)
    this.#sorted = this.#sorted.length === 0 ? added : this.#merge(this.#sorted, added)
    this.#added = []
  }

  /** Compares only to find each added slot's place; what lies between two places is copied. */
  #merge(sorted: readonly number[], added: readonly number[]): number[] {
    const merged: number[] = []
    let copied = 0
    for (const slot of added) {
      const place = this.#placeOf(slot, sorted, copied)
      for (const earlier of sorted.slice(copied, place)) merged.push(earlier)
      copied = place
      merged.push(slot)
    }
    for (const slot of sorted.slice(copied)) merged.push(slot)
    return merged
  }

  #placeOf(slot: number, sorted: readonly number[], from: number): number {
    let [low, high] = [from, sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const isBefore = this.#compare(sorted[middle] ?? slot, slot) < 0
      if (isBefore) low = middle + 1
      else high = middle
    }
    return low
  }
}
