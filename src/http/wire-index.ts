// What requests about the index may say, as JSON schemas with their types.

import { schema } from './validation.ts'
import { closed, meaning } from './wire.ts'

export interface IndexFingerprints {
  readonly buckets: string
}

/** At most 64 numbers of buckets. */
const BUCKETS = '^[0-9]{1,4}(,[0-9]{1,4}){0,63}$'

export const indexFingerprints = schema<IndexFingerprints>(
  closed(
    {
      buckets: meaning(
        { type: 'string', pattern: BUCKETS },
        'Numbers of buckets, at most 64, with commas between.',
        '0,17',
      ),
    },
    ['buckets'],
  ),
)
