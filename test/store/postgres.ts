// The PostgreSQL server of a test file: started when the first test wants a database, gone with the process.

import pg from 'pg'
import { POSTGRES_USER, type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts'

let started: Promise<PostgresServer> | undefined
let databases = 0

export function postgresServer(): Promise<PostgresServer> {
  started ??= startPostgres()
  return started
}

/** An empty database of its own for one test. */
export async function createDatabase(): Promise<{ name: string; address: string }> {
  const name = `test_${++databases}`
  await administer(`CREATE DATABASE ${name}`)
  return { name, address: await addressOf(name) }
}

export async function dropDatabase(name: string): Promise<void> {
  await administer(`DROP DATABASE ${name} WITH (FORCE)`)
}

/** Runs statements in a database, by default outside of all that tests use. */
export async function administer(sql: string, database = 'postgres'): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: await addressOf(database) })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

export async function addressOf(database: string, user = POSTGRES_USER): Promise<string> {
  const { socketDirectory } = await postgresServer()
  return `postgres://${user}@localhost/${database}?host=${encodeURIComponent(socketDirectory)}`
}
