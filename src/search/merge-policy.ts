// Which segments to merge: small ones often, large ones seldom, so that there are always few.

import { needsTrie } from './merge.ts'
import type { Segment } from './segment.ts'

/** A segment joins a merge when it has at most so many times the documents of all smaller ones together. */
const REACH = 3
/** A segment is made anew when more than one in so many of its documents is gone. */
const MOST_GONE = 8

/**
 * The segments to merge next; none when all is well. Sizes then grow by more than `REACH` from one to the next, so there
 * are no more than log4(documents / smallest), and each document is merged a few times for each of those.
 * @param most  documents they may have altogether
 * @param mostToVerify  see `FragmentIndexOptions`
 */
export function segmentsToMerge(
  segments: readonly Segment[],
  most: number,
  mostToVerify: number,
): readonly Segment[] {
  const ascending = segments.filter(({ isMerging }) => !isMerging).sort((a, b) => a.documents - b.documents)
  let group: readonly Segment[] = []
  let sum = 0
  for (const [at, segment] of ascending.entries()) {
    const joins = at > 0 && segment.documents <= REACH * sum
    sum += segment.documents
    if (sum > most) break
    if (joins || needsMerge(segment, mostToVerify)) group = ascending.slice(0, at + 1)
  }
  return group
}

function needsMerge({ data, documents, goneNumbers }: Segment, mostToVerify: number): boolean {
  const isUnindexed = data.trie === undefined && needsTrie(documents, mostToVerify)
  return isUnindexed || goneNumbers.length * MOST_GONE > documents
}
