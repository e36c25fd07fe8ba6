// Makes the fragment trie of a table of texts by a most-significant-byte-first radix partition, as suffix sorting does
// (McIlroy, Bostic, McIlroy 1993): every place where a character begins is the start of a suffix; suffixes are divided by
// their first byte, each part by its second, and so on for as long as a part has more documents than the threshold.
// Suffixes stay in document order all the way, so lists come out sorted and a document's repetitions stand side by side.

import { type ByteTable, endOf, grown, sharedCopy, startOf } from './byte-table.ts'
import { type FragmentTrie, LONGEST_FRAGMENT } from './fragment-trie.ts'
import { WordWriter, writeList, writeShortList } from './posting-list.ts'
import { beginsCharacter, lengthOfCharacter } from './wtf8.ts'

/** Ends each value of a document: no fragment goes beyond it. */
export const SEPARATOR = 0xff

/** Suffixes divided at once, unless a single first byte has more: bounds the memory that building takes. */
const BATCH = 1 << 22

/**
 * @param texts  one string for each document: its values, folded, each followed by the separator
 * @param threshold  documents that a fragment may have without its continuations being told apart
 */
export function buildTrie(texts: ByteTable, threshold: number): FragmentTrie {
  return new TrieBuilder(texts, threshold).build()
}

/** Suffixes with the same first `depth` bytes, which `node` stands for. */
interface Part {
  readonly node: number
  readonly parent: number
  readonly depth: number
  /** Bytes that the last character of the fragment still lacks. */
  readonly lacks: number
  readonly start: number
  readonly end: number
  /** Which of the two buffers they are in. */
  readonly side: 0 | 1
}

/** Suffixes: the document each is of, and where it starts in the table's bytes. */
interface Suffixes {
  readonly documents: Uint32Array
  readonly places: Uint32Array
}

class TrieBuilder {
  readonly #texts: ByteTable
  readonly #threshold: number
  readonly #documents: number
  readonly #words = new WordWriter()
  readonly #nodes = new NodeWriter()
  #sides: readonly [Suffixes, Suffixes] = [makeSuffixes(0), makeSuffixes(0)]
  /** Documents of one node's list, without repetitions. */
  #list = new Uint32Array(1024)
  /** The byte after each suffix of one part: reading it from the texts is what takes longest. */
  #following = new Uint8Array(1024)

  constructor(texts: ByteTable, threshold: number) {
    this.#texts = texts
    this.#threshold = threshold
    this.#documents = texts.starts.length - 1
  }

  build(): FragmentTrie {
    const first = this.#countFirstBytes()
    const root = this.#nodes.add(1)
    const children = this.#nodes.addChildren(root, first)
    for (const batch of inBatches(first)) this.#buildBatch(batch, first, children)
    return { documents: this.#documents, ...this.#nodes.finish(), words: this.#words.finish() }
  }

  /** Suffixes by first byte. */
  #countFirstBytes(): Float64Array {
    const { bytes } = this.#texts
    const counts = new Float64Array(256)
    for (let place = 0; place < bytes.length; place++) {
      const byte = bytes[place] ?? 0
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    for (let byte = 0; byte < 256; byte++) if (!beginsCharacter(byte) || byte === SEPARATOR) counts[byte] = 0
    return counts
  }

  #buildBatch(batch: readonly number[], first: Float64Array, children: Int32Array): void {
    const next = new Float64Array(256).fill(-1)
    let size = 0
    for (const byte of batch) {
      next[byte] = size
      size += first[byte] ?? 0
    }
    this.#makeRoom(size)
    this.#collect(next)
    for (const byte of batch) {
      const end = next[byte] ?? 0
      const start = end - (first[byte] ?? 0)
      const node = children[byte] ?? 0
      this.#settle({ node, parent: 0, depth: 1, lacks: lengthOfCharacter(byte) - 1, start, end, side: 0 })
    }
  }

  #makeRoom(size: number): void {
    if (this.#sides[0].places.length < size) this.#sides = [makeSuffixes(size), makeSuffixes(size)]
  }

  /** All suffixes that begin with a byte of the batch, by byte, from `next[byte]` on. */
  #collect(next: Float64Array): void {
    const { bytes } = this.#texts
    const { documents, places } = this.#sides[0]
    for (let document = 0; document < this.#documents; document++) {
      const end = endOf(this.#texts, document)
      for (let place = startOf(this.#texts, document); place < end; place++) {
        const byte = bytes[place] ?? 0
        const at = next[byte] ?? -1
        if (at < 0) continue
        documents[at] = document
        places[at] = place
        next[byte] = at + 1
      }
    }
  }

  /** Makes the subtree of a part; a stack of its own, since it may be as deep as a fragment is long. */
  #settle(top: Part): void {
    const stack = [top]
    for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
      const length = this.#listOf(part)
      const isExpanded = length > this.#threshold && part.depth < LONGEST_FRAGMENT
      this.#writeList(part, length, isExpanded)
      if (isExpanded) this.#divide(part, stack)
    }
  }

  /** Leaves the part's documents in `#list`, ascending; returns how many they are. */
  #listOf({ start, end, side }: Part): number {
    const { documents } = this.#sides[side]
    if (this.#list.length < end - start) this.#list = new Uint32Array(end - start)
    const list = this.#list
    let length = 0
    let last = -1
    for (let at = start; at < end; at++) {
      const document = documents[at] ?? 0
      if (document === last) continue
      last = document
      list[length++] = document
    }
    return length
  }

  #writeList({ node, parent, lacks }: Part, length: number, isExpanded: boolean): void {
    const nodes = this.#nodes
    nodes.counts[node] = length
    // No text ends within a character, so nobody asks for this list.
    if (isExpanded && lacks > 0) return
    // Among as many documents as contain less of it are no others than those: `gmail.c`, `gmail.co`, `gmail.com`.
    if (isExpanded && length === nodes.counts[parent] && nodes.forms[parent] !== NO_LIST) {
      nodes.lists[node] = nodes.lists[parent] ?? 0
      nodes.forms[node] = nodes.forms[parent] ?? 0
      return
    }
    nodes.lists[node] = this.#words.length
    if (isExpanded) nodes.forms[node] = writeList(this.#words, this.#list, length, this.#documents)
    else nodes.forms[node] = writeShortList(this.#words, this.#list, length)
  }

  /** Divides a part by the byte that follows, makes a child of each, and leaves them on the stack. */
  #divide(part: Part, stack: Part[]): void {
    const counts = this.#countNext(part)
    const children = this.#nodes.addChildren(part.node, counts)
    const isOne = counts.includes(part.end - part.start)
    const side = isOne ? part.side : part.side === 0 ? 1 : 0
    const next = new Float64Array(256).fill(-1)
    let start = part.start
    for (let byte = 0; byte < SEPARATOR; byte++) {
      const count = counts[byte] ?? 0
      if (count === 0) continue
      next[byte] = start
      const lacks = part.lacks > 0 ? part.lacks - 1 : lengthOfCharacter(byte) - 1
      const [node, parent, depth] = [children[byte] ?? 0, part.node, part.depth + 1]
      stack.push({ node, parent, depth, lacks, start, end: start + count, side })
      start += count
    }
    // All go on with the same byte: they stay where they are.
    if (!isOne) this.#scatter(part, next, side)
  }

  #countNext({ start, end, depth, side }: Part): Float64Array {
    const { bytes } = this.#texts
    const { places } = this.#sides[side]
    if (this.#following.length < end - start) this.#following = new Uint8Array(end - start)
    const following = this.#following
    const counts = new Float64Array(256)
    for (let at = start; at < end; at++) {
      const byte = bytes[(places[at] ?? 0) + depth] ?? 0
      following[at - start] = byte
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    counts[SEPARATOR] = 0
    return counts
  }

  /** To where `countNext` found that they belong. */
  #scatter({ start, end, side }: Part, next: Float64Array, to: 0 | 1): void {
    const following = this.#following
    const [from, into] = [this.#sides[side], this.#sides[to]]
    for (let at = start; at < end; at++) {
      const byte = following[at - start] ?? 0
      const target = next[byte] ?? -1
      if (target < 0) continue
      into.places[target] = from.places[at] ?? 0
      into.documents[target] = from.documents[at] ?? 0
      next[byte] = target + 1
    }
  }
}

/** Form of a node that has no list: it ends within a character, or is the root. */
const NO_LIST = 254

/** The nodes of a trie in growing arrays. */
class NodeWriter {
  length = 0
  labels = new Uint8Array(1024)
  firstChild = new Uint32Array(1024)
  children = new Uint16Array(1024)
  counts = new Uint32Array(1024)
  lists = new Uint32Array(1024)
  forms = new Uint8Array(1024)

  /** @returns  the first of `count` new nodes */
  add(count: number): number {
    const first = this.length
    this.length += count
    if (this.length > this.labels.length) this.#grow(2 * this.length)
    this.forms.fill(NO_LIST, first, this.length)
    return first
  }

  /** A child for each byte that has suffixes, which makes the parent expanded even if none has; the nodes by byte. */
  addChildren(parent: number, counts: Float64Array): Int32Array {
    const nodes = new Int32Array(256).fill(-1)
    const count = counts.reduce((sum, suffixes) => sum + Number(suffixes > 0), 0)
    let node = this.add(count)
    this.firstChild[parent] = node
    this.children[parent] = count
    for (let byte = 0; byte < 256; byte++) {
      if (counts[byte] === 0) continue
      this.labels[node] = byte
      nodes[byte] = node++
    }
    return nodes
  }

  finish() {
    const { length } = this
    return {
      labels: sharedCopy(this.labels, length),
      firstChild: sharedCopy(this.firstChild, length),
      children: sharedCopy(this.children, length),
      counts: sharedCopy(this.counts, length),
      lists: sharedCopy(this.lists, length),
      forms: sharedCopy(this.forms, length),
    }
  }

  #grow(size: number): void {
    this.labels = grown(this.labels, size)
    this.firstChild = grown(this.firstChild, size)
    this.children = grown(this.children, size)
    this.counts = grown(this.counts, size)
    this.lists = grown(this.lists, size)
    this.forms = grown(this.forms, size)
  }
}

function makeSuffixes(size: number): Suffixes {
  return { documents: new Uint32Array(size), places: new Uint32Array(size) }
}

/** First bytes in groups that are divided together. */
function inBatches(first: Float64Array): number[][] {
  const batches: number[][] = []
  let size = Number.POSITIVE_INFINITY
  for (let byte = 0; byte < 256; byte++) {
    const count = first[byte] ?? 0
    if (count === 0) continue
    if (size + count > BATCH) {
      batches.push([])
      size = 0
    }
    batches.at(-1)?.push(byte)
    size += count
  }
  return batches
}
