// What a search costs, counted rather than timed, so that tests can hold it on any machine.

export interface SearchWork {
  /** Documents whose text was compared with the query. */
  readonly verified: number
  /** Steps from a node of a trie to its child. */
  readonly steps: number
  /** Segments that were looked into. */
  readonly segments: number
  /** Documents of the tail that were looked at; they count as verified too. */
  readonly tail: number
  /** Removed documents, not yet merged away, that were taken out of a list. */
  readonly gone: number
  /** Hits that had to be put in order, since their segment is small, new, or not ranked by this order yet. */
  readonly sorted: number
}

/** Work that is being counted. */
export type Work = { -readonly [counter in keyof SearchWork]: number }

export function noWork(): Work {
  return { verified: 0, steps: 0, segments: 0, tail: 0, gone: 0, sorted: 0 }
}
