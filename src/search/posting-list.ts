// Sorted lists of document numbers, packed. Frequent fragments get a bitmap; for the others the gaps between numbers
// are Golomb-Rice coded (Rice 1979): a gap's low bits as they are, the rest in unary, which comes within a few percent of
// the best possible where documents are spread evenly.
//
//   bitmap   [hits before each run of 512 documents] [one bit for each document]
//   rice     [for each 128 hits but the first 128: the number before them, and where their bits start] [bits]
//   short    a rice list without the directory, only ever read whole
//
// All live in one array of 32-bit words; a list is the word it starts at, its length, its form and, for rice, how many
// low bits a gap has.

/** Hits of a rice list that one entry of its directory stands for. */
const BLOCK = 128
/** Documents of a bitmap that one entry of its directory stands for, and their words. */
const RUN = 512
const RUN_WORDS = RUN / 32
/** A list with more than one in so many documents is a bitmap: quicker than gaps, for not much more room. */
const BITMAP_FROM = 8
const BITMAP = 255

/** Where a list is, and how to read it. */
export interface PostingList {
  readonly words: Uint32Array
  readonly start: number
  /** Documents in the list. */
  readonly length: number
  /** Low bits of each gap, or 255 for a bitmap. */
  readonly form: number
  /** Documents there are: all numbers are below it. */
  readonly documents: number
}

/** Words in a growing array. */
export class WordWriter {
  #words = new Uint32Array(1 << 16)
  /** Words written. */
  length = 0

  /** @returns the first of `count` new words, all zero */
  reserve(count: number): number {
    const start = this.length
    this.length += count
    if (this.length > this.#words.length) this.#grow()
    return start
  }

  get words(): Uint32Array {
    return this.#words
  }

  /** What was written, in shared memory. */
  finish(): Uint32Array {
    const finished = new Uint32Array(new SharedArrayBuffer(4 * this.length))
    finished.set(this.#words.subarray(0, this.length))
    return finished
  }

  #grow(): void {
    const grown = new Uint32Array(Math.max(this.length, Math.floor(this.#words.length * 1.5)))
    grown.set(this.#words)
    this.#words = grown
  }
}

/**
 * Writes a list that can be read from anywhere within.
 * @param numbers  ascending; the first `length` of them count
 * @returns  the list's form; it starts at the word the writer had reached
 */
export function writeList(
  writer: WordWriter,
  numbers: Uint32Array,
  length: number,
  documents: number,
): number {
  if (length * BITMAP_FROM > documents) return writeBitmap(writer, numbers, length, documents)
  return writeRice(writer, numbers, length, BLOCK)
}

/** Writes a list that is only ever read whole, which saves it the directory. */
export function writeShortList(writer: WordWriter, numbers: Uint32Array, length: number): number {
  return writeRice(writer, numbers, length, length)
}

/** Numbers `from` up to, not including, `to` of the list. */
export function sliceOfList(list: PostingList, from: number, to: number): Uint32Array {
  const slice = new Uint32Array(Math.max(0, Math.min(to, list.length) - from))
  if (slice.length === 0) return slice
  if (list.form === BITMAP) readBitmap(list, from, slice)
  else readRice(list, from, slice)
  return slice
}

/** All numbers of a list that `writeShortList` wrote. */
export function readShortList({ words, start, length, form }: PostingList): Uint32Array {
  const numbers = new Uint32Array(length)
  decodeGaps(words, 32 * start, form, -1, 0, numbers)
  return numbers
}

/** How many numbers of the list are below `number`. */
export function rankInList(list: PostingList, number: number): number {
  return list.form === BITMAP ? rankInBitmap(list, number) : rankInRice(list, number)
}

export function isBitmap(list: PostingList): boolean {
  return list.form === BITMAP
}

/** A bitmap's bit for each document. */
export function bitsOf({ words, start, documents }: PostingList): Uint32Array {
  const bits = start + directoryOfBitmap(documents)
  return words.subarray(bits, bits + Math.ceil(documents / 32))
}

/** Whether a bitmap has the number: the one question that is cheaper to ask a bitmap than to look for the answer. */
export function bitmapHas({ words, start, documents }: PostingList, number: number): boolean {
  const bits = start + directoryOfBitmap(documents)
  return (((words[bits + (number >>> 5)] ?? 0) >>> (number & 31)) & 1) === 1
}

function writeBitmap(writer: WordWriter, numbers: Uint32Array, length: number, documents: number): number {
  const directory = writer.reserve(directoryOfBitmap(documents) + Math.ceil(documents / 32))
  const bits = directory + directoryOfBitmap(documents)
  const { words } = writer
  let runs = 0
  for (let at = 0; at < length; at++) {
    const number = numbers[at] ?? 0
    while (runs * RUN <= number) words[directory + runs++] = at
    const word = bits + (number >>> 5)
    words[word] = (words[word] ?? 0) | (1 << (number & 31))
  }
  while (runs < directoryOfBitmap(documents)) words[directory + runs++] = length
  return BITMAP
}

function directoryOfBitmap(documents: number): number {
  return Math.ceil(documents / RUN)
}

function readBitmap({ words, start, documents }: PostingList, from: number, slice: Uint32Array): void {
  const runs = directoryOfBitmap(documents)
  const run = lastAtMost(words, start, runs, from)
  let skip = from - (words[start + run] ?? 0)
  let read = 0
  for (let word = run * RUN_WORDS; read < slice.length; word++) {
    let bits = words[start + runs + word] ?? 0
    const inWord = popcount(bits)
    if (skip >= inWord) {
      skip -= inWord
      continue
    }
    for (; skip > 0; skip--) bits &= bits - 1
    for (; bits !== 0 && read < slice.length; bits &= bits - 1)
      slice[read++] = 32 * word + 31 - Math.clz32(bits & -bits)
  }
}

function rankInBitmap({ words, start, documents, length }: PostingList, number: number): number {
  if (number >= documents) return length
  const runs = directoryOfBitmap(documents)
  const run = Math.floor(number / RUN)
  const last = number >>> 5
  let rank = words[start + run] ?? 0
  for (let word = run * RUN_WORDS; word < last; word++) rank += popcount(words[start + runs + word] ?? 0)
  const below = (words[start + runs + last] ?? 0) & ((1 << (number & 31)) - 1)
  return rank + popcount(below)
}

function writeRice(writer: WordWriter, numbers: Uint32Array, length: number, block: number): number {
  const low = lowBits(numbers, length)
  const blocks = Math.max(0, Math.ceil(length / block) - 1)
  const directory = writer.reserve(2 * blocks)
  const bits = new BitWriter(writer)
  let before = -1
  for (let at = 0; at < length; at++) {
    if (at > 0 && at % block === 0) {
      const entry = directory + 2 * (at / block - 1)
      writer.words[entry] = before
      writer.words[entry + 1] = bits.position
    }
    const number = numbers[at] ?? 0
    bits.writeGap(number - before - 1, low)
    before = number
  }
  return low
}

/** The number of low bits that makes the list shortest; evenly spread numbers want the logarithm of the mean gap. */
function lowBits(numbers: Uint32Array, length: number): number {
  const mean = ((numbers[length - 1] ?? 0) + 1 - length) / length
  const usual = mean < 1 ? 0 : Math.floor(Math.log2(mean * Math.LN2 + 1))
  let best = usual
  let least = riceLength(numbers, length, usual)
  for (let low = usual - 1; low >= 0; low--) {
    const bits = riceLength(numbers, length, low)
    if (bits >= least) break
    best = low
    least = bits
  }
  return best
}

function riceLength(numbers: Uint32Array, length: number, low: number): number {
  let bits = length * (low + 1)
  let before = -1
  for (let at = 0; at < length; at++) {
    const number = numbers[at] ?? 0
    bits += (number - before - 1) >>> low
    before = number
  }
  return bits
}

class BitWriter {
  readonly #writer: WordWriter
  readonly #start: number
  /** Bits written. */
  position = 0

  constructor(writer: WordWriter) {
    this.#writer = writer
    this.#start = writer.length
  }

  writeGap(gap: number, low: number): void {
    for (let rest = gap >>> low; rest > 0; ) {
      const ones = Math.min(rest, 31)
      this.#write(2 ** ones - 1, ones)
      rest -= ones
    }
    this.#write(0, 1)
    if (low > 0) this.#write(gap & ((1 << low) - 1), low)
  }

  /** @param count  1 to 31 */
  #write(bits: number, count: number): void {
    const word = this.#start + (this.position >>> 5)
    const shift = this.position & 31
    this.position += count
    const last = this.#start + ((this.position - 1) >>> 5)
    if (last >= this.#writer.length) this.#writer.reserve(1)
    const { words } = this.#writer
    words[word] = (words[word] ?? 0) | (bits << shift)
    if (last > word) words[last] = bits >>> (32 - shift)
  }
}

function readRice({ words, start, length, form }: PostingList, from: number, slice: Uint32Array): void {
  const blocks = Math.ceil(length / BLOCK) - 1
  const block = Math.floor(from / BLOCK)
  const entry = start + 2 * (block - 1)
  const before = block === 0 ? -1 : (words[entry] ?? 0)
  const bit = block === 0 ? 0 : (words[entry + 1] ?? 0)
  decodeGaps(words, 32 * (start + 2 * blocks) + bit, form, before, from - block * BLOCK, slice)
}

function rankInRice(list: PostingList, number: number): number {
  const { words, start, length } = list
  const blocks = Math.ceil(length / BLOCK) - 1
  let [low, high] = [0, blocks]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((words[start + 2 * (middle - 1)] ?? 0) < number) low = middle
    else high = middle - 1
  }
  const numbers = sliceOfList(list, low * BLOCK, low * BLOCK + BLOCK)
  let rank = 0
  while (rank < numbers.length && (numbers[rank] ?? 0) < number) rank++
  return low * BLOCK + rank
}

/** Fills `slice` with the numbers that follow `before`, after the first `skip` of them. */
function decodeGaps(
  words: Uint32Array,
  bit: number,
  low: number,
  before: number,
  skip: number,
  slice: Uint32Array,
): void {
  const mask = (1 << low) - 1
  let number = before
  let word = Math.floor(bit / 32)
  let shift = bit % 32
  for (let at = -skip; at < slice.length; at++) {
    let ones = 0
    for (;;) {
      const window = ~((words[word] ?? 0) >>> shift)
      const zero = window === 0 ? 32 : 31 - Math.clz32(window & -window)
      if (shift + zero < 32) {
        ones += zero
        shift += zero + 1
        break
      }
      ones += 32 - shift
      word++
      shift = 0
    }
    if (shift > 31) {
      word++
      shift -= 32
    }
    let rest = (words[word] ?? 0) >>> shift
    if (shift + low > 32) rest |= (words[word + 1] ?? 0) << (32 - shift)
    shift += low
    if (shift > 31) {
      word++
      shift -= 32
    }
    number += 1 + ones * (mask + 1) + (rest & mask)
    if (at >= 0) slice[at] = number
  }
}

/** The last of `count` ascending words that is at most `limit`. */
function lastAtMost(words: Uint32Array, start: number, count: number, limit: number): number {
  let [low, high] = [0, count - 1]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((words[start + middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}

function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
