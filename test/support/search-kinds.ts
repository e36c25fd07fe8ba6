// The two ways to search, for suites that hold for both.

import { after } from 'node:test'
import { createDatabase, dropDatabase } from '../store/postgres.ts'
import { type SuiteOptions, suiteServer, type TestServer } from './server.ts'

export interface SearchKind {
  readonly name: string
  /** As `suiteServer` of server.ts; flags are plain. */
  suiteServer(options?: SuiteOptions): () => TestServer
}

export const searchKinds: readonly SearchKind[] = [
  { name: 'the index', suiteServer },
  { name: 'the database', suiteServer: suiteServerOnDatabase },
]

/** A server that keeps no index, on a database of its own. */
function suiteServerOnDatabase({ flags, ...options }: SuiteOptions = {}): () => TestServer {
  let database: { name: string; address: string } | undefined
  const server = suiteServer({
    ...options,
    flags: async () => {
      database = await createDatabase()
      return { ...flags, db: database.address, search: 'database' }
    },
  })
  after(() => database && dropDatabase(database.name))
  return server
}
