// What the server's index has, for omnidex doctor. Not of Rocket.Chat.

import * as replies from './replies-index.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-index.ts'

export function indexReportRoutes({ indexReport }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'omnidex/index.buckets',
      summary: 'Fingerprints of what the search index has, by bucket of contacts',
      description: 'For `omnidex doctor`, which compares them with the database. Reads the whole index.',
      admission: { permissions: ['access-permissions'] },
      errorStyle: 'typed',
      reply: replies.indexBuckets,
      handler: async () => ({ buckets: await indexReport.buckets() }),
    }),
    route({
      method: 'GET',
      path: 'omnidex/index.fingerprints',
      summary: 'Fingerprints of what the search index has of each contact in some buckets',
      description: 'For `omnidex doctor`, once buckets differ. Reads the whole index.',
      admission: { permissions: ['access-permissions'] },
      query: wire.indexFingerprints,
      errorStyle: 'typed',
      reply: replies.indexFingerprints,
      handler: async ({ query: { buckets } }) => ({
        fingerprints: [...(await indexReport.fingerprints(buckets.split(',').map(Number)))],
      }),
    }),
  ]
}
