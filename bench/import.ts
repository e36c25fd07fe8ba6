// The import command on a file of contacts: into an empty directory, and once more, when nothing is left to change.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../src/app.ts'
import { databaseAddress } from '../src/config.ts'
import { benchmark, type Target, wholeNumber } from './benchmark.ts'
import { runOmnidex } from './child.ts'
import { writeContacts } from './contacts-file.ts'
import { note } from './note.ts'
import { cores, count, megabytes, seconds, type Table } from './table.ts'
import { temporaryDirectory } from './temporary.ts'

const TARGET_PER_SECOND = 20_000

export interface ImportResults {
  readonly contacts: number
  readonly fileBytes: number
  /** Into an empty directory. */
  readonly first: ImportResult
  /** The same file once more. */
  readonly again: ImportResult
}

export interface ImportResult {
  readonly seconds: number
  readonly contactsPerSecond: number
  readonly peakBytes: number | undefined
  readonly cpuSeconds: number | undefined
  /** Cores that something else kept busy meanwhile. */
  readonly otherCores: number | undefined
}

export const importing = benchmark({
  name: 'import',
  summary: 'the import command: contacts a second and peak memory, first and repeated',
  settings: { contacts: wholeNumber('contacts in the file', 1_000_000, 500) },
  async run({ contacts }) {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'contacts.ndjson')
    const db = `sqlite:${join(directory.path, 'bench.db')}`
    note(`writing ${count(contacts)} contacts to a file`)
    await writeContacts(file, contacts)
    const first = await importContacts(file, db, contacts)
    const again = await importContacts(file, db, contacts)
    const results: ImportResults = { contacts, fileBytes: statSync(file).size, first, again }
    return { results, tables: [tableOf(results)], targets: [targetOf(results)] }
  },
})

/**
 * Imports a file by the program's own command.
 * @param db  as `--db` takes it
 * @param contacts how many the directory must hold afterwards
 */
export async function importContacts(file: string, db: string, contacts: number): Promise<ImportResult> {
  note(`importing ${count(contacts)} contacts`)
  const { exitCode, stderr, ...usage } = await runOmnidex('import', file, '--db', db)
  if (exitCode !== 0) throw new Error(`the import failed:\n${stderr}`)
  await assertHolds(db, contacts)
  return { ...usage, contactsPerSecond: contacts / usage.seconds }
}

async function assertHolds(db: string, contacts: number): Promise<void> {
  const store = await openStore({ db: databaseAddress(db) })
  const found = await store.contacts.count()
  await store.close()
  if (found !== contacts) throw new Error(`the directory holds ${found} contacts instead of ${contacts}`)
}

function tableOf({ contacts, fileBytes, first, again }: ImportResults): Table {
  const row = (name: string, result: ImportResult) => [
    name,
    count(result.contactsPerSecond),
    seconds(result.seconds),
    result.cpuSeconds === undefined ? 'unknown' : seconds(result.cpuSeconds),
    cores(result.otherCores),
    megabytes(result.peakBytes),
  ]
  return {
    title: `Import of ${count(contacts)} contacts (${megabytes(fileBytes)})`,
    columns: ['import', 'contacts/s', 'time', 'CPU time', 'other work', 'peak memory'],
    rows: [row('into an empty directory', first), row('the same file again', again)],
  }
}

function targetOf({ contacts, first }: ImportResults): Target {
  return {
    what: `contacts/s into an empty directory, ${count(contacts)} contacts`,
    wanted: `at least ${count(TARGET_PER_SECOND)}`,
    measured: count(first.contactsPerSecond),
    met: first.contactsPerSecond >= TARGET_PER_SECOND,
  }
}
