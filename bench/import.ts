// The import command on files of contacts: into an empty directory, once more, when nothing is left to change, and in other formats.

import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../src/app.ts'
import { databaseAddress } from '../src/config.ts'
import { benchmark, type Target, wholeNumber } from './benchmark.ts'
import { runOmnidex } from './child.ts'
import { writeBson, writeContacts } from './contacts-file.ts'
import { note } from './note.ts'
import { cores, count, megabytes, seconds, type Table } from './table.ts'
import { temporaryDirectory } from './temporary.ts'

const TARGET_PER_SECOND = 20_000
const TARGET_BSON_PER_SECOND = 30_000
const TARGET_PEAK_BYTES = 300_000_000

export interface ImportResults {
  readonly contacts: number
  readonly fileBytes: number
  /** Into an empty directory. */
  readonly first: ImportResult
  /** The same file once more. */
  readonly again: ImportResult
  /** The same contacts in other formats, each into an empty directory. */
  readonly others: readonly FormatResult[]
}

export interface FormatResult extends ImportResult {
  readonly format: string
  readonly fileBytes: number
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
  summary: 'the import command: contacts a second and peak memory, first and repeated, in each format',
  settings: { contacts: wholeNumber('contacts in the file', 1_000_000, 500) },
  async run({ contacts }) {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'contacts.ndjson')
    const db = `sqlite:${join(directory.path, 'bench.db')}`
    note(`writing ${count(contacts)} contacts to a file`)
    await writeContacts(file, contacts)
    const first = await importContacts(file, db, contacts)
    const again = await importContacts(file, db, contacts)
    const others: FormatResult[] = []
    for (const format of ['bson', 'csv', 'vcard']) {
      const other = join(directory.path, `contacts.${format}`)
      note(`writing ${count(contacts)} contacts as ${format}`)
      if (format === 'bson') await writeBson(other, contacts)
      else await exportContacts(db, format, other)
      const empty = `sqlite:${join(directory.path, `${format}.db`)}`
      const result = await importContacts(other, empty, contacts)
      others.push({ format, fileBytes: statSync(other).size, ...result })
      for (const name of [other, join(directory.path, `${format}.db`)]) rmSync(name)
    }
    const results: ImportResults = { contacts, fileBytes: statSync(file).size, first, again, others }
    return { results, tables: [tableOf(results), formatsOf(results)], targets: targetsOf(results) }
  },
})

/** Known contacts alone would be a search's: all of them, in this format. */
async function exportContacts(db: string, format: string, file: string): Promise<void> {
  const { exitCode, stderr } = await runOmnidex('export', '--format', format, '--out', file, '--db', db)
  if (exitCode !== 0) throw new Error(`the export failed:\n${stderr}`)
}

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

function formatsOf({ others }: ImportResults): Table {
  return {
    title: 'The same contacts in other formats, each into an empty directory',
    columns: ['format', 'file', 'contacts/s', 'time', 'CPU time', 'other work', 'peak memory'],
    rows: others.map((result) => [
      result.format,
      megabytes(result.fileBytes),
      count(result.contactsPerSecond),
      seconds(result.seconds),
      result.cpuSeconds === undefined ? 'unknown' : seconds(result.cpuSeconds),
      cores(result.otherCores),
      megabytes(result.peakBytes),
    ]),
  }
}

function targetsOf({ contacts, first, again, others }: ImportResults): Target[] {
  const rate = (name: string, least: number, result: ImportResult | undefined): Target => ({
    what: `contacts/s into an empty directory, ${count(contacts)} contacts, ${name}`,
    wanted: `at least ${count(least)}`,
    measured: count(result?.contactsPerSecond ?? 0),
    met: (result?.contactsPerSecond ?? 0) >= least,
  })
  const of = (format: string) => others.find((other) => other.format === format)
  const peakBytes = Math.max(...[first, again, ...others].map((result) => result.peakBytes ?? 0))
  return [
    rate('NDJSON', TARGET_PER_SECOND, first),
    rate('CSV', TARGET_PER_SECOND, of('csv')),
    rate('BSON', TARGET_BSON_PER_SECOND, of('bson')),
    {
      what: 'peak memory of an import of any of them',
      wanted: `less than ${megabytes(TARGET_PEAK_BYTES)}`,
      measured: megabytes(peakBytes),
      met: peakBytes < TARGET_PEAK_BYTES,
    },
  ]
}
