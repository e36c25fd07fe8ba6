// omnidex export: contacts as a file, all of them or what a search finds.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { openDirectory, openStore } from '../app.ts'
import type { Config } from '../config.ts'
import { errors } from '../errors.ts'
import { exportContacts as allContacts } from '../transfer/export.ts'
import { allOfContact } from '../transfer/one-contact.ts'
import { EXPORT_FORMATS, type ExportFormat, type Writer, writerOf, written } from '../transfer/write.ts'
import type { Command } from './command.ts'
import { printError, visibleJson } from './print.ts'

export const exportContacts: Command = {
  name: 'export',
  usage: '',
  summary: 'print contacts as JSON, a spreadsheet or an address book, as omnidex import takes them',
  details: [
    'As in: omnidex export > contacts.ndjson, or omnidex export --search example.com --format csv --out example.csv.',
    'Known and unknown contacts, without the deleted ones, in no particular order; with --search or --unknown those that a',
    'search finds, by name. Reads the database, beside a running server too; contacts that change meanwhile are as before or',
    'after. How many there were stands on standard error. docs/export.md says what CSV and vCard leave out.',
  ],
  settings: ['db'],
  flags: {
    search: {
      value: 'TEXT',
      meaning: 'only contacts that have TEXT in their name, an e-mail address or a phone number',
    },
    contact: {
      value: 'ID',
      meaning: 'all that is known of one contact, visitors and conversations too, as JSON',
    },
    unknown: { meaning: 'among the unknown contacts; with --search alone it is the known ones' },
    format: {
      value: 'FORMAT',
      meaning: `${EXPORT_FORMATS.join(', ')} (default ndjson)`,
      problemWith: (text) =>
        EXPORT_FORMATS.includes(text as ExportFormat) ? undefined : `must be ${EXPORT_FORMATS.join(' or ')}`,
    },
    out: { value: 'FILE', meaning: 'where to write; default: standard output' },
  },
  async run({ config, flags }) {
    if (flags.contact !== undefined) return exportOne(config, flags.contact, flags.out)
    const format = (flags.format ?? 'ndjson') as ExportFormat
    const isSearch = flags.search !== undefined || flags.unknown !== undefined
    const source = isSearch
      ? await searched(config, flags.search ?? '', flags.unknown !== undefined)
      : await all(config)
    try {
      let exported = 0
      const writer = safeOnTerminals(writerOf(format, source.fields), format)
      const counted: Writer = {
        ...writer,
        write: (contact) => {
          exported += 1
          return writer.write(contact)
        },
      }
      await write(written(source.contacts, counted), flags.out)
      printError(`exported ${exported} contacts`)
    } finally {
      await source.close()
    }
    return 0
  },
}

/** @throws contact-unknown, export-broken */
async function exportOne(config: Config, id: string, out: string | undefined): Promise<number> {
  const store = await openStore(config, { mustExist: true })
  try {
    const all = await allOfContact(store, id)
    if (all === undefined) throw errors.contactUnknownHere({ id })
    async function* pieces() {
      yield `${visibleJson(JSON.stringify(all))}\n`
    }
    await write(pieces(), out)
    return 0
  } finally {
    await store.close()
  }
}

interface Source {
  readonly contacts: Parameters<typeof written>[0]
  /** Custom fields that somebody defined for visitors. */
  readonly fields: readonly string[]
  close(): Promise<void>
}

async function all(config: Config): Promise<Source> {
  const store = await openStore(config, { mustExist: true })
  return {
    contacts: allContacts(store.contacts),
    fields: fieldsOf(await store.customFields.list()),
    close: () => store.close(),
  }
}

async function searched(config: Config, text: string, unknown: boolean): Promise<Source> {
  const desk = await openDirectory(config, { mustExist: true })
  const query = { text, unknown, order: [], offset: 0, count: Number.POSITIVE_INFINITY }
  return {
    contacts: (await desk.directory.stream(query)).contacts,
    fields: fieldsOf(await desk.customFields.list()),
    close: () => desk.close(),
  }
}

function fieldsOf(definitions: readonly { readonly id: string; readonly scope: string }[]): string[] {
  return definitions.filter(({ scope }) => scope === 'visitor').map(({ id }) => id)
}

/** JSON can say every character in letters that no terminal obeys. */
function safeOnTerminals(writer: Writer, format: ExportFormat): Writer {
  if (format === 'csv' || format === 'vcard') return writer
  const { write } = writer
  return {
    ...writer,
    write: (contact) => {
      const text = write(contact)
      const end = text.endsWith('\n') ? '\n' : ''
      return visibleJson(text.slice(0, text.length - end.length)) + end
    },
  }
}

/** @throws export-broken */
async function write(pieces: AsyncIterable<string>, name: string | undefined): Promise<void> {
  const stream = name === undefined ? process.stdout : createWriteStream(name, { mode: 0o600 })
  const broken =
    name === undefined ? undefined : once(stream, 'error').then(([error]) => Promise.reject(error))
  broken?.catch(() => undefined)
  try {
    for await (const piece of pieces) {
      const isFull = !stream.write(piece)
      if (isFull) await Promise.race([once(stream, 'drain'), ...(broken ? [broken] : [])])
    }
    if (name !== undefined) {
      stream.end()
      await Promise.race([once(stream, 'finish'), ...(broken ? [broken] : [])])
    }
  } catch (error) {
    if (name === undefined || (error as { syscall?: unknown }).syscall === undefined) throw error
    throw errors.exportBroken({ name, reason: (error as Error).message }, error)
  }
}
