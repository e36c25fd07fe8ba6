// What replies about the index look like, as JSON schemas for openapi.ts.

import { list, success } from './replies.ts'

const fingerprint = { type: 'string', examples: ['9e3779b97f4a7c15'] }

export const indexBuckets = success({ buckets: list(fingerprint) })

export const indexFingerprints = success({
  fingerprints: list({
    type: 'array',
    prefixItems: [{ type: 'string', examples: ['673be1711e2e6feb77939a7b'] }, fingerprint],
    minItems: 2,
    maxItems: 2,
    examples: [['673be1711e2e6feb77939a7b', '9e3779b97f4a7c15']],
  }),
})
