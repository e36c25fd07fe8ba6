// omnidex/search: the index as its users see it. Knows nothing of contacts, files, clocks or threads.

import type { SearchIndex as Contract } from './contract.ts'
import { FragmentIndex, type FragmentIndexOptions } from './fragment-index.ts'

export {
  MissingColumnError,
  ParallelArraysError,
  type SearchDocument,
  type SearchQuery,
  type SearchResult,
  type SearchStream,
  type SortColumn,
  type SortKey,
} from './contract.ts'
export { BucketSums, bucketOf, fingerprintOf, fingerprintOfKeys, TEXTLESS } from './fingerprint.ts'
export { foldCase } from './fold.ts'
export { FragmentIndex, type FragmentIndexOptions } from './fragment-index.ts'
export {
  arraysOf,
  IMAGE_FORMAT,
  type IndexImage,
  type SegmentArray,
  type SegmentImage,
  segmentOf,
} from './index-image.ts'
export { type Job, type JobResult, runJob, type Task } from './job.ts'
export { PlainIndex } from './plain-index.ts'
export { type OrderedRecord, RecordOrder } from './record-order.ts'
export { encodeSortKey } from './sort-key.ts'
export { sortValue } from './sort-value.ts'
export type { SearchWork } from './work.ts'

/** What every index promises; and, to be made with `new`, the index to use. */
export type SearchIndex = Contract
export const SearchIndex: new (options?: FragmentIndexOptions) => FragmentIndex = FragmentIndex
