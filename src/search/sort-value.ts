// What a record counts as when records are sorted by a field path, and which of two such values comes first: the rules
// of MongoDB, over plain JSON.

/**
 * A JSON value, or `undefined`, which stands for an empty array and comes before everything; `null` stands for a
 * missing field too.
 */
export type SortValue = undefined | null | number | string | boolean | object

/** The arrays a path leads through in one record: place of the element it comes from ('' is the record) -> place of the array. */
export type ArrayTrail = ReadonlyMap<string, string>

/** What one path finds in one record. */
export interface SortReading {
  /** Represents the record ascending. */
  readonly smallest: SortValue
  /** Represents it descending; differs from `smallest` only when the path leads through an array. */
  readonly largest: SortValue
  readonly arrays: ArrayTrail
}

/**
 * The value that represents `record` in an order by `path`: the one found there, or the smallest (ascending) or
 * largest (descending) of those found through arrays.
 */
export function sortValue(record: object, path: string, direction: 1 | -1): SortValue {
  const { smallest, largest } = readSortPath(record, path.split('.'))
  return direction === 1 ? smallest : largest
}

/**
 * Negative when `a` comes before `b`, 0 when they are equal. By type first: empty array, null and missing, numbers,
 * strings, objects, arrays within arrays, `false`, `true`.
 */
export function compareSortValues(a: SortValue, b: SortValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (a === b) return 0
  const byType = typeRank(a) - typeRank(b)
  if (byType !== 0) return byType
  if (typeof a === 'object' && a && typeof b === 'object' && b) return compareFields(a, b)
  return Number(a) - Number(b)
}

/**
 * Code point order, the byte order of UTF-8. It differs from `<`, which puts emoji before U+E000 to U+FFFF. Half of a
 * surrogate pair that stands alone is a code point, too: one before U+E000.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return rankAt(a, at) - rankAt(b, at)
  }
  return a.length - b.length
}

/** Do the two paths lead from one element into different arrays, so that no single element can represent the record? */
export function areParallel(a: ArrayTrail, b: ArrayTrail): boolean {
  for (const [from, array] of a) {
    const other = b.get(from)
    if (other !== undefined && other !== array) return true
  }
  return false
}

/** @param path  the field names between the dots */
export function readSortPath(record: object, path: readonly string[]): SortReading {
  const only = path.length === 1 ? ownValue(record, path[0]) : undefined
  if (only !== undefined && !Array.isArray(only)) return { smallest: only, largest: only, arrays: noArrays }
  const reader = new PathReader(path)
  reader.follow(record, 0, { place: '', depth: 0 })
  return reader
}

const noArrays: ArrayTrail = new Map()

/** Where the path was last inside an array: the element's place in the record, and how much of the path led there. */
interface Origin {
  readonly place: string
  readonly depth: number
}

/** Follows one path through one record and keeps the smallest and the largest of what it finds. */
class PathReader implements SortReading {
  smallest: SortValue
  largest: SortValue
  readonly arrays = new Map<string, string>()
  readonly #path: readonly string[]
  #found = false

  constructor(path: readonly string[]) {
    this.#path = path
  }

  follow(value: SortValue, depth: number, origin: Origin): void {
    if (Array.isArray(value)) this.#followArray(value, depth, origin)
    else if (depth === this.#path.length) this.#take(value)
    else if (!isObject(value)) this.#take(null)
    else this.follow(ownValue(value, this.#path[depth]) ?? null, depth + 1, origin)
  }

  #followArray(array: readonly SortValue[], depth: number, origin: Origin): void {
    const place = [origin.place, ...this.#path.slice(origin.depth, depth)].join('.')
    this.arrays.set(origin.place, place)
    const atEnd = depth === this.#path.length
    if (array.length === 0) this.#take(atEnd ? undefined : null)
    else if (atEnd) for (const element of array) this.#take(element)
    else this.#followElements(array, depth, place)
  }

  #followElements(array: readonly SortValue[], depth: number, place: string): void {
    const step = this.#path[depth] ?? ''
    const isPosition = /^(0|[1-9]\d*)$/.test(step) && Number(step) < array.length
    if (isPosition) this.#followPosition(array[Number(step)], depth + 1, `${place}.${step}`)
    else for (const [at, element] of array.entries()) this.#followElement(element, depth, `${place}.${at}`)
  }

  /** An array within the array is not followed by name. */
  #followElement(element: SortValue, depth: number, place: string): void {
    if (Array.isArray(element)) this.#take(null)
    else this.follow(element, depth, { place, depth })
  }

  /** An array that a position picked at the end of the path counts as a whole, unlike one that a name picked. */
  #followPosition(element: SortValue, depth: number, place: string): void {
    const isWhole = Array.isArray(element) && element.length > 0 && depth === this.#path.length
    if (isWhole) this.#take(element)
    else this.follow(element, depth, { place, depth })
  }

  #take(value: SortValue): void {
    if (!this.#found || compareSortValues(value, this.smallest) < 0) this.smallest = value
    if (!this.#found || compareSortValues(value, this.largest) > 0) this.largest = value
    this.#found = true
  }
}

/** Own fields only: `constructor` and `__proto__` are names like any other. */
function ownValue(record: object, name: string | undefined): SortValue {
  return name !== undefined && Object.hasOwn(record, name) ? Reflect.get(record, name) : undefined
}

function isObject(value: SortValue): value is object {
  return typeof value === 'object' && value !== null
}

/** Orders two texts by the first unit in which they differ: by the code point there, or before where it ends a pair. */
function rankAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const isTail = (unit & 0xfc00) === 0xdc00
  const head = isTail && at > 0 ? text.charCodeAt(at - 1) : 0
  // In the other text the same head may stand alone, which is less than any pair.
  if ((head & 0xfc00) === 0xd800) return BEYOND_CODE_POINTS + unit
  return text.codePointAt(at) ?? unit
}

const BEYOND_CODE_POINTS = 0x110000

function typeRank(value: SortValue): number {
  switch (typeof value) {
    case 'undefined':
      return 0
    case 'number':
      return 2
    case 'string':
      return 3
    case 'boolean':
      return 6
    default:
      return objectRank(value)
  }
}

function objectRank(value: object | null): number {
  if (value === null) return 1
  return Array.isArray(value) ? 5 : 4
}

/** Field by field in stored order: type, then name, then value; the one that ends first is smaller. */
function compareFields(a: object, b: object): number {
  const [fields, others] = [entriesOf(a), entriesOf(b)]
  for (const [at, field] of fields.entries()) {
    const other = others[at]
    if (!other) return 1
    const order = compareField(field, other)
    if (order !== 0) return order
  }
  return fields.length - others.length
}

function compareField([name, value]: Field, [otherName, other]: Field): number {
  return typeRank(value) - typeRank(other) || compareText(name, otherName) || compareSortValues(value, other)
}

type Field = readonly [name: string, value: SortValue]

function entriesOf(value: object): Field[] {
  return Object.entries(value)
}
