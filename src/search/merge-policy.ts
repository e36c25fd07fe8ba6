// Which segments to merge: small ones often, large ones seldom, so that there are always few.

import { MOST_BYTES, startOf } from './byte-table.ts'
import { needsTrie } from './merge.ts'
import type { Segment } from './segment.ts'

/** A segment joins a merge when it has at most so many times the documents of all smaller ones together. */
const REACH = 3
/** A segment is made anew when more than one in so many of its documents is gone. */
const MOST_GONE = 8

/**
 * The segments to merge next; none when all is well. Sizes then grow by more than `REACH` from one to the next, so there
 * are no more than log4(documents / smallest), and each document is merged a few times for each of those. Only where a
 * table would get more than `MOST_BYTES`, the smaller ones stay as they are and sizes begin anew.
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
  let [first, sum, bytes] = [0, 0, noBytes]
  for (const [at, segment] of ascending.entries()) {
    const own = bytesOf(segment)
    bytes = bytes.map((sum, table) => sum + (own[table] ?? 0))
    if (bytes.some((sum) => sum > MOST_BYTES)) [first, sum, bytes] = [at, 0, own]
    const joins = segment.documents <= REACH * sum
    sum += segment.documents
    if (sum > most) break
    if (joins || needsMerge(segment, mostToVerify)) group = ascending.slice(first, at + 1)
  }
  return group
}

const noBytes: readonly number[] = [0, 0, 0]

/** In each of its tables. */
function bytesOf({ data: { ids, names, texts }, documents }: Segment): readonly number[] {
  return [ids, names, texts].map((table) => startOf(table, documents))
}

function needsMerge({ data, documents, goneNumbers }: Segment, mostToVerify: number): boolean {
  const isUnindexed = data.trie === undefined && needsTrie(documents, mostToVerify)
  return isUnindexed || goneNumbers.length * MOST_GONE > documents
}
