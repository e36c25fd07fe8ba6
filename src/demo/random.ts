// Repeatable chance. One Random is restarted for every contact from (seed, index), so that contact i is the same in a
// run of ten and in a run of ten million. Knows nothing of contacts.

/** Things with their odds, ready to be drawn. */
export interface Odds<T> {
  readonly items: readonly T[]
  /** Sum of the weights up to and including each item, scaled to end at 1. */
  readonly cumulative: Float64Array
}

/** Odds in proportion to the weights given. */
export function weighted<T>(entries: readonly (readonly [item: T, weight: number])[]): Odds<T> {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  let sum = 0
  const cumulative = Float64Array.from(entries, ([, weight]) => {
    sum += weight
    return sum / total
  })
  return { items: entries.map(([item]) => item), cumulative }
}

/**
 * Odds by Zipf's law, as names are spread in a population: the item at rank r (from 0) weighs 1 / (r + 3). The 3 keeps
 * the first from outdoing real life: the commonest surnames are held by a few per cent, not by a fifth.
 */
export function zipf<T>(items: readonly T[]): Odds<T> {
  return weighted(items.map((item, rank) => [item, 1 / (rank + 3)] as const))
}

/**
 * The generator sfc32 by Chris Doty-Humphrey, from his test suite PractRand (public domain): 128 bits of state, a few
 * additions and shifts a number, and a counter that rules out short cycles, whatever the seed.
 */
export class Random {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  /** Begins the series of (seed, index), both taken as 32-bit integers. */
  restart(seed: number, index: number): void {
    this.#a = seed | 0
    this.#b = index | 0
    this.#c = 0x9e3779b9 | 0 // Any constant will do; the golden ratio has no favourites.
    this.#counter = 1
    for (let i = 0; i < 12; i++) this.next() // Until then, neighbouring indexes give similar numbers.
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number from 0 up to, but not including, 1. */
  fraction(): number {
    return this.next() / 0x1_0000_0000
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  /** True with the given probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** One of the items, all equally likely. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T // Lists here are never empty.
  }

  /** One of the items, by their odds. */
  draw<T>({ items, cumulative }: Odds<T>): T {
    const target = this.fraction()
    let low = 0
    let high = items.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((cumulative[middle] as number) > target) high = middle
      else low = middle + 1
    }
    return items[low] as T
  }

  /** `count` things, each made anew. Array.from does the same, slower. */
  times<T>(count: number, make: (random: this) => T): T[] {
    const things: T[] = []
    while (things.length < count) things.push(make(this))
    return things
  }

  /** `length` characters of the alphabet. */
  text(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[this.below(alphabet.length)]
    return text
  }

  /** `length` lower-case hex digits; `length` is a multiple of 8. */
  hex(length: number): string {
    let text = ''
    while (text.length < length) text += hex8(this.next())
    return text
  }
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** A 32-bit number as eight lower-case hex digits. By table, since ids and visitors take millions of them. */
export function hex8(value: number): string {
  return `${byteOf(value, 24)}${byteOf(value, 16)}${byteOf(value, 8)}${byteOf(value, 0)}`
}

function byteOf(value: number, shift: number): string {
  return HEX_BYTES[(value >>> shift) & 0xff] as string
}
