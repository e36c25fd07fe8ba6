// For every frequent fragment of the texts, the documents that contain it. A node stands for a fragment, which is what
// its path from the root spells, byte by byte. It is expanded into the bytes that follow in the texts when more than
// `threshold` documents contain it; so every rarer fragment ends at or below a leaf of at most that many documents.

import { type PostingList, readShortList, sliceOfList } from './posting-list.ts'
import { lengthOfCharacter } from './wtf8.ts'

/** A trie as arrays, by node; node 0 is the root, whose fragment is empty. */
export interface FragmentTrie {
  /** Documents there are. */
  readonly documents: number
  /** Last byte of the node's fragment. */
  readonly labels: Uint8Array
  /** The children stand together, by ascending label. 0 for a leaf. */
  readonly firstChild: Uint32Array
  readonly children: Uint16Array
  /** Documents that contain the fragment. */
  readonly counts: Uint32Array
  /** Word where the node's list starts; see `PostingList`. */
  readonly lists: Uint32Array
  readonly forms: Uint8Array
  readonly words: Uint32Array
}

/** What a walk through the trie knows of a text. */
export type Candidates =
  /** No document contains it. */
  | { readonly kind: 'none' }
  /** Exactly the documents of this list do. */
  | { readonly kind: 'list'; readonly list: PostingList }
  /** No others than these do; ascending. */
  | { readonly kind: 'some'; readonly documents: Uint32Array }

export interface Walk {
  readonly candidates: Candidates
  /** Steps from a node to its child. */
  readonly steps: number
}

/**
 * Fragments of more bytes are not kept: a text that repeats itself, or that many documents share, would make nodes
 * without end. A longer fragment that more than `threshold` documents share is looked for in each of those.
 */
export const LONGEST_FRAGMENT = 128
/** Characters of a text that a walk may start from. */
const MOST_STARTS = 32
/** A leaf this small is not worth another walk for a smaller one. */
const SMALL_LEAF = 16

const none: Candidates = { kind: 'none' }

/** @param needle  at least one character */
export function walkTrie(trie: FragmentTrie, needle: Uint8Array): Walk {
  let steps = 0
  let best = -1
  let starts = 0
  for (let start = 0; start < needle.length && starts < MOST_STARTS; starts++) {
    const end = descend(trie, needle, start)
    steps += end.depth
    if (end.node < 0) return { candidates: none, steps }
    const isWhole = start === 0 && end.depth === needle.length
    if (isWhole && isExpanded(trie, end.node)) return { candidates: listOf(trie, end.node), steps }
    if (best < 0 || countOf(trie, end.node) < countOf(trie, best)) best = end.node
    if (isWhole || countOf(trie, best) <= SMALL_LEAF) break
    start += lengthOfCharacter(needle[start] ?? 0)
  }
  return { candidates: { kind: 'some', documents: documentsOf(trie, best) }, steps }
}

/** From the root by the needle's bytes to the last node there is; -1 when no document can go on where the needle does. */
function descend(trie: FragmentTrie, needle: Uint8Array, start: number): { node: number; depth: number } {
  let node = 0
  let depth = 0
  while (start + depth < needle.length && isExpanded(trie, node)) {
    node = childOf(trie, node, needle[start + depth] ?? 0)
    depth++
    if (node < 0) break
  }
  return { node, depth }
}

function childOf({ labels, firstChild, children }: FragmentTrie, node: number, label: number): number {
  let low = firstChild[node] ?? 0
  let high = low + (children[node] ?? 0)
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = labels[middle] ?? 0
    if (found === label) return middle
    if (found < label) low = middle + 1
    else high = middle
  }
  return -1
}

function isExpanded({ firstChild }: FragmentTrie, node: number): boolean {
  return firstChild[node] !== 0
}

function countOf({ counts }: FragmentTrie, node: number): number {
  return counts[node] ?? 0
}

function postingsOf(trie: FragmentTrie, node: number): PostingList {
  const { words, lists, forms, documents } = trie
  const [start, length, form] = [lists[node] ?? 0, countOf(trie, node), forms[node] ?? 0]
  return { words, start, length, form, documents }
}

function listOf(trie: FragmentTrie, node: number): Candidates {
  return { kind: 'list', list: postingsOf(trie, node) }
}

function documentsOf(trie: FragmentTrie, node: number): Uint32Array {
  const list = postingsOf(trie, node)
  return isExpanded(trie, node) ? sliceOfList(list, 0, list.length) : readShortList(list)
}
