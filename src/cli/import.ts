// omnidex import: contacts from files or standard input into the database, beside a running server.

import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  fstatSync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { assertNoMirror, ensureDefaults, openScratch, openStore } from '../app.ts'
import { errors } from '../errors.ts'
import { type ColumnMap, readMap } from '../transfer/columns.ts'
import {
  COLLECTION_TITLES,
  COLLECTIONS,
  type Collection,
  collectionOf,
  importCollection,
} from '../transfer/dump.ts'
import { ENCODINGS, type Encoding } from '../transfer/encoding.ts'
import { FORMAT_NAMES } from '../transfer/format.ts'
import { ContactImport, type ImportSummary } from '../transfer/import.ts'
import { readInput } from '../transfer/read.ts'
import { noteOf, REJECTS_HEAD, type Rejected } from '../transfer/rejects.ts'
import { DUPLICATE_WAYS, MATCHES, type SettleOptions } from '../transfer/settle.ts'
import { dryTarget, targetOf } from '../transfer/target.ts'
import { unpacked } from '../transfer/unpack.ts'
import type { Command, CommandFlag } from './command.ts'
import { print, printError, visible } from './print.ts'
import { ProgressBar } from './progress.ts'
import { untilSignal } from './signals.ts'
import { keepHeapSmall } from './small-heap.ts'

const STANDARD_INPUT = '-'
/** Bytes fetched at once. */
const CHUNK_BYTES = 256 * 1024
/** Rejected entries that are listed; the others are counted. */
const MOST_LISTED = 100

export const importContacts: Command = {
  name: 'import',
  usage: '[FILE|FOLDER...]',
  summary: 'add or change contacts: from JSON, spreadsheets, address books and dumps of Rocket.Chat',
  details: [
    'FILE may be - for standard input, which is also read when no file is named. What a file is, is told by what stands in',
    'it: JSON as contacts.search returns it or mongoexport writes it, a line each or in a list; BSON as mongodump writes a',
    'collection; CSV and its kin; vCard; each packed with gzip or not. A FOLDER is what mongodump made of Rocket.Chat: its',
    'accounts come along, with the passwords and tokens they had. docs/import.md shows each.',
    '',
    'May run beside a server, which finds the contacts within a second. A whole document creates the contact of its _id or',
    'replaces it; what tells less of a contact changes what it tells; of two entries for one contact the later wins.',
    'Equal contacts stay untouched, so an import may be repeated.',
    'Whether contact managers exist and custom fields are defined is not checked.',
    '',
    'Rejected entries are named on standard error as FILE:LINE: reason. The last line on standard output says what became',
    'of the entries; the exit code is 1 if any was rejected. Ctrl-C stops after the contacts at hand with exit code 130;',
    'the same command again does the rest.',
  ],
  arguments: { least: 0, most: Number.POSITIVE_INFINITY },
  settings: ['db'],
  flags: {
    format: oneOf('FORMAT', Object.keys(FORMAT_NAMES), 'what the input is, if it cannot tell by itself'),
    encoding: oneOf('ENCODING', ENCODINGS, 'of text, if it cannot tell by itself'),
    map: {
      value: 'COLUMN=MEANING',
      repeatable: true,
      meaning:
        'what a column of a spreadsheet means: name, firstName, middleName, lastName, email, phone, id, externalId, unknown, manager, customFields.ID or nothing',
      problemWith: (text) =>
        readMap(text) === undefined ? 'must be COLUMN=MEANING with a meaning that --help names' : undefined,
    },
    'create-fields': { meaning: 'make custom fields of columns that mean nothing else, and define them' },
    match: oneOf('BY', MATCHES, 'by what an entry is about a contact that is there; usually its id'),
    'on-duplicate': oneOf(
      'WAY',
      DUPLICATE_WAYS,
      'what becomes of a contact that is there: update takes what the entry has (usual), merge only what it lacks, skip nothing',
    ),
    'dry-run': { meaning: 'say what would happen, and change nothing' },
    rejects: { value: 'FILE', meaning: 'write rejected entries there, to be mended and imported again' },
    json: { meaning: 'say what became of the entries as JSON' },
    quiet: { meaning: 'no progress bar; without a terminal there is none anyway' },
  },
  async run({ config, positionals, flags }) {
    const inputs = inputsOf(positionals)
    keepHeapSmall()
    const store = await openStore(config, { bulk: true })
    try {
      await assertNoMirror(store)
      const isDump = inputs.some(({ collection }) => collection !== undefined)
      if (isDump && flags['dry-run'] === undefined) await ensureDefaults(store)
      if (flags['dry-run'] === undefined)
        return await runImport({ store, target: targetOf(store) }, inputs, flags)
      const scratch = await openScratch()
      try {
        return await runImport({ store, target: dryTarget(store, scratch.store) }, inputs, flags)
      } finally {
        await scratch.remove()
      }
    } finally {
      await store.close()
    }
  },
}

type Store = Awaited<ReturnType<typeof openStore>>
type Flags = Readonly<Record<string, string | undefined>>

interface Desk {
  readonly store: Store
  readonly target: ReturnType<typeof targetOf>
}

/** Imports one input after the other; returns the exit code. */
async function runImport({ store, target }: Desk, inputs: readonly Input[], flags: Flags): Promise<number> {
  const stop = new AbortController()
  let stopCode: number | undefined
  untilSignal().then((code) => {
    stopCode = code
    stop.abort()
  })
  const bar = flags.quiet === undefined && process.stderr.isTTY ? barOf(inputs) : undefined
  const rejects = new RejectList(flags.rejects, inputs, bar)
  const progress = { bytes: 0, contacts: 0 }
  const contacts = new ContactImport({
    store: target,
    ...settleOptions(flags),
    signal: stop.signal,
    onProgress: (count) => {
      progress.contacts = count
      bar?.update(progress)
    },
  })
  const onBytes = (bytes: number) => {
    progress.bytes += bytes
    bar?.update(progress)
  }
  try {
    for (const { name, collection } of inputs) {
      rejects.begin(name)
      if (collection !== undefined && collection !== 'rocketchat_livechat_contact') {
        const counts = await importCollection(collection, unpacked(open(name, stop.signal, onBytes)), {
          store,
          now: new Date(),
          signal: stop.signal,
          isDry: flags['dry-run'] !== undefined,
          onRejected: (rejected) => rejects.add(rejected),
        })
        if (flags.json === undefined) {
          bar?.clear()
          print(`${COLLECTION_TITLES[collection]}: ${summaryLine(counts)}`)
        }
        continue
      }
      const read = await readInput(open(name, stop.signal, onBytes), {
        name,
        now: new Date(),
        signal: stop.signal,
        format: FORMAT_NAMES[flags.format ?? ''],
        encoding: flags.encoding as Encoding | undefined,
        delimiter: flags.format === 'tsv' ? '\t' : undefined,
        columns: readMap(flags.map ?? '') ?? (new Map() as ColumnMap),
        makesFields: flags['create-fields'] !== undefined,
        onColumns: (columns) => welcome(columns, store, flags, name),
        onHeader: (line) => rejects.head(line),
      })
      if (read !== undefined) await contacts.read(read.entries, (rejected) => rejects.add(rejected))
    }
  } finally {
    bar?.clear()
    rejects.end()
    if (stop.signal.aborted)
      printError('stopped: what was imported stays; run the command again for the rest')
    print(flags.json === undefined ? summaryLine(contacts.summary) : JSON.stringify(contacts.summary))
  }
  return stopCode ?? (rejects.count > 0 ? 1 : 0)
}

function settleOptions(flags: Flags): SettleOptions {
  return {
    match: (flags.match ?? 'id') as SettleOptions['match'],
    onDuplicate: (flags['on-duplicate'] ?? 'update') as SettleOptions['onDuplicate'],
  }
}

/** Defines the custom fields of a spreadsheet, if that was asked for, and tells of columns that mean nothing. */
async function welcome(
  { fields, unknown }: { readonly fields: readonly string[]; readonly unknown: readonly string[] },
  { customFields }: Store,
  flags: Flags,
  name: string,
): Promise<void> {
  if (unknown.length > 0) {
    const columns = unknown.slice(0, 20).join(', ')
    printError(
      visible(
        `${name}: left out, since nobody said what they mean: ${columns} (see --map and --create-fields)`,
      ),
    )
  }
  if (flags['create-fields'] === undefined || flags['dry-run'] !== undefined) return
  for (const id of fields) {
    if ((await customFields.get(id)) !== undefined) continue
    await customFields.create({
      id,
      label: id,
      scope: 'visitor',
      visibility: 'visible',
      required: false,
      extra: { searchable: true },
      updatedAt: new Date().toISOString(),
    })
  }
}

function barOf(inputs: readonly Input[]): ProgressBar {
  return new ProgressBar({ stream: process.stderr, totalBytes: totalBytes(inputs) })
}

function summaryLine({ read, created, updated, unchanged, rejected }: ImportSummary): string {
  return `read ${read}: created ${created}, updated ${updated}, unchanged ${unchanged}, rejected ${rejected}`
}

function oneOf(value: string, choices: readonly string[], meaning: string): CommandFlag {
  return {
    value,
    meaning: `${meaning}: ${choices.join(', ')}`,
    problemWith: (text) => (choices.includes(text) ? undefined : `must be ${choices.join(' or ')}`),
  }
}

/** The input's bytes, until it or the import ends. */
async function* open(
  name: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return
  const stream =
    name === STANDARD_INPUT ? process.stdin : createReadStream(name, { highWaterMark: CHUNK_BYTES })
  try {
    // No encoding is set on either of them.
    for await (const piece of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) {
      onBytes(piece.length)
      yield piece
    }
  } catch (error) {
    if (!signal.aborted) throw errors.fileBroken({ name, reason: reasonOf(error) }, error)
  }
}

/** Tells of rejected entries, but not of so many that nobody could read them; all of them go to a file that is asked for. */
class RejectList {
  readonly #bar: ProgressBar | undefined
  readonly #file: RejectFile | undefined
  #name = ''
  #header: string | undefined
  #count = 0

  /** @throws rejects-broken */
  constructor(file: string | undefined, inputs: readonly Input[], bar: ProgressBar | undefined) {
    this.#bar = bar
    this.#file = file === undefined ? undefined : new RejectFile(file, inputs)
  }

  get count(): number {
    return this.#count
  }

  /** Of another input. */
  begin(name: string): void {
    this.#name = name
    this.#header = undefined
  }

  /** What the first rejected entry of the input stands after. */
  head(line: string): void {
    this.#header = line
  }

  add(rejected: Rejected): void {
    this.#count += 1
    if (this.#header !== undefined) this.#file?.write(Buffer.from(`${this.#header}\n`))
    this.#header = undefined
    this.#file?.write(noteOf(rejected))
    if (this.#count > MOST_LISTED) return
    this.#bar?.clear()
    printError(visible(`${this.#name}:${rejected.number}: ${rejected.reason}`))
  }

  end(): void {
    const more = this.#count - MOST_LISTED
    if (more > 0) printError(`${more} more ${more === 1 ? 'line was' : 'lines were'} rejected`)
    this.#file?.close()
  }
}

/** For its owner alone: what is in it may be anybody's. */
class RejectFile {
  readonly #name: string
  readonly #descriptor: number

  /** @throws rejects-broken */
  constructor(name: string, inputs: readonly Input[]) {
    this.#name = name
    if (inputs.some((input) => isSameFile(input.name, name))) {
      throw errors.rejectsBroken({ name, reason: 'it is one of the files to import' })
    }
    this.#descriptor = this.#try(() => openSync(name, 'w', 0o600))
    // It may have been there before, for everybody to read.
    this.#try(() => fchmodSync(this.#descriptor, 0o600))
    this.write(Buffer.from(`${REJECTS_HEAD}\n`))
  }

  /** @throws rejects-broken */
  write(bytes: Uint8Array): void {
    this.#try(() => writeSync(this.#descriptor, bytes))
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #try<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw errors.rejectsBroken({ name: this.#name, reason: reasonOf(error) }, error)
    }
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => statSync(name, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

interface Input {
  /** As the user named it, or the path of a file in a folder that the user named. */
  readonly name: string
  /** Set on what a dump of Rocket.Chat has beside contacts. */
  readonly collection?: Collection | undefined
  /** `undefined` when only reading to the end will tell. */
  readonly bytes: number | undefined
}

/** @throws file-unreadable naming all of them, input-missing */
function inputsOf(names: readonly string[]): Input[] {
  if (names.length === 0 && process.stdin.isTTY) throw errors.inputMissing()
  const problems: string[] = []
  const inputs = (names.length === 0 ? [STANDARD_INPUT] : names).flatMap((name) =>
    isFolder(name) ? dumpIn(name, problems) : [inputOf(name, problems)],
  )
  if (problems.length > 0) throw errors.fileUnreadable({ problems })
  return inputs
}

function inputOf(name: string, problems: string[]): Input {
  try {
    const bytes = name === STANDARD_INPUT ? sizeOf(0) : sizeOfFile(name)
    return { name, bytes, collection: collectionOf(name) }
  } catch (error) {
    problems.push(`${name}: ${reasonOf(error)}`)
    return { name, bytes: undefined }
  }
}

/** The collections of a dump that an import knows, in the order in which they are read: the folder's own, or those of a folder in it. */
function dumpIn(folder: string, problems: string[]): Input[] {
  try {
    const names = readdirSync(folder).map((name) => join(folder, name))
    const inner = names.filter(isFolder).flatMap((one) => readdirSync(one).map((name) => join(one, name)))
    const inputs = [...names, ...inner].flatMap((name) =>
      collectionOf(name) === undefined ? [] : [inputOf(name, problems)],
    )
    if (inputs.length === 0) problems.push(`${folder}: it is a folder without a dump of Rocket.Chat`)
    return COLLECTIONS.flatMap((collection) => inputs.filter((input) => input.collection === collection))
  } catch (error) {
    problems.push(`${folder}: ${reasonOf(error)}`)
    return []
  }
}

function isFolder(name: string): boolean {
  return name !== STANDARD_INPUT && (statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false)
}

/** `undefined` for pipes and devices. */
function sizeOf(file: number | string): number | undefined {
  const stats = typeof file === 'number' ? fstatSync(file) : statSync(file)
  if (stats.isDirectory()) throw new Error('it is a folder')
  return stats.isFile() ? stats.size : undefined
}

function sizeOfFile(path: string): number | undefined {
  accessSync(path, constants.R_OK)
  return sizeOf(path)
}

/** The total; `undefined` when one of them is not known. */
function totalBytes(inputs: readonly Input[]): number | undefined {
  const total = inputs.reduce((sum, { bytes }) => sum + (bytes ?? Number.NaN), 0)
  return Number.isNaN(total) ? undefined : total
}

/** Without the code, the call and the path, which Node puts around it. */
function reasonOf(error: unknown): string {
  const { message } = error instanceof Error ? error : new Error(String(error))
  return message.replace(/^[A-Z]+: ([^,]+).*$/, '$1')
}
