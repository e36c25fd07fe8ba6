// The ways to search, for suites that hold for all of them.

import { after } from 'node:test'
import { citusPlace, noCitus } from '../store/citus.ts'
import { type Place, postgresPlace } from '../store/stores.ts'
import { type SuiteOptions, suiteServer, type TestServer } from './server.ts'

export interface SearchKind {
  readonly name: string
  /** Why its suites cannot run here; `false` where they can. */
  readonly skip: string | false
  /** As `suiteServer` of server.ts. */
  suiteServer(options?: SuiteOptions): () => TestServer
}

export const searchKinds: readonly SearchKind[] = [
  { name: 'the index', skip: false, suiteServer },
  { name: 'the database', skip: false, suiteServer: suiteServerOn(postgresPlace) },
  { name: 'a cluster', skip: noCitus, suiteServer: suiteServerOn(citusPlace) },
]

/** A server that keeps no index, on a database of its own. */
function suiteServerOn(placeOf: () => Promise<Place>): SearchKind['suiteServer'] {
  return ({ flags, ...options } = {}) => {
    let place: Place | undefined
    const server = suiteServer({
      ...options,
      flags: async () => {
        place = await placeOf()
        return { ...flags, db: place.address, search: 'database' }
      },
    })
    after(() => place?.remove())
    return server
  }
}
