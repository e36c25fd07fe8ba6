// The order of every page: by name in code-point order, then by id.

import { compareText } from '../../src/search/sort-value.ts'

/** What the order looks at. */
export interface Named {
  readonly id: string
  readonly name: string
}

/** Sorts in place, since there may be millions, and returns the same array. */
export function sortByName<T extends Named>(entries: T[]): T[] {
  return entries.sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id))
}
