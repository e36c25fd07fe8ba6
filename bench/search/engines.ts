// Every engine by its name. Each is loaded only when it is opened, so that none sits in the process of another.

import type { Engine } from './engine.ts'

interface Entry {
  /** As tables and charts call it. */
  readonly label: string
  /** Whether it promises to find every contact with the text in a value, and no other. */
  readonly exact: boolean
  readonly open: () => Promise<Engine>
}

export type EngineName = 'omnidex' | PeerName
export type PeerName = (typeof PEERS)[number]

export const PEERS = [
  'database',
  'citus',
  'postgres',
  'postgres-ilike',
  'sqlite',
  'scan',
  'minisearch',
] as const

export const ENGINES: Readonly<Record<EngineName, Entry>> = {
  omnidex: {
    label: 'Omnidex',
    exact: true,
    open: async () => new (await import('./omnidex.ts')).OmnidexEngine(),
  },
  database: {
    label: 'Omnidex, --search database',
    exact: true,
    open: async () => (await import('./database.ts')).openDatabaseSearch(),
  },
  citus: {
    label: 'Omnidex on Citus',
    exact: true,
    open: async () => (await import('./database.ts')).openCitusSearch(),
  },
  postgres: {
    label: 'PostgreSQL trigram',
    exact: true,
    open: async () => (await import('./postgres.ts')).openPostgres('folded'),
  },
  'postgres-ilike': {
    label: 'PostgreSQL ILIKE',
    exact: false,
    open: async () => (await import('./postgres.ts')).openPostgres('as written'),
  },
  sqlite: {
    label: 'SQLite FTS5 trigram',
    exact: true,
    open: async () => new (await import('./sqlite.ts')).SqliteEngine(),
  },
  scan: {
    label: 'regex scan',
    exact: true,
    open: async () => new (await import('./scan.ts')).ScanEngine(),
  },
  minisearch: {
    label: 'MiniSearch',
    exact: false,
    open: async () => new (await import('./minisearch.ts')).MiniSearchEngine(),
  },
}

/**
 * Names with commas between them; `none` for none.
 * @throws Error whose message completes "--peers ..."
 */
export function parsePeers(text: string): readonly PeerName[] {
  if (text === 'none') return []
  return text.split(',').map((name) => {
    const peer = PEERS.find((known) => known === name)
    if (peer !== undefined) return peer
    throw new Error(`must be 'none' or some of ${PEERS.join(',')}, not '${name}'`)
  })
}
