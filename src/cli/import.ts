// omnidex import: contacts from files or standard input into the database, beside a running server.

import { accessSync, constants, createReadStream, fstatSync, statSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { openStore } from '../app.ts'
import { errors } from '../errors.ts'
import { ContactImport, type ImportSummary, MAX_LINE_BYTES, type RejectedLine } from '../transfer/import.ts'
import type { Command } from './command.ts'
import { print, printError, visible } from './print.ts'
import { ProgressBar } from './progress.ts'
import { untilSignal } from './signals.ts'

const STANDARD_INPUT = '-'
/** Bytes fetched at once. */
const CHUNK_BYTES = 256 * 1024
/** Rejected lines that are listed; the others are counted. */
const MOST_LISTED = 100

export const importContacts: Command = {
  name: 'import',
  usage: '[FILE...]',
  summary: 'add or replace contacts: one JSON contact a line, as contacts.search returns them',
  details: [
    'FILE may be - for standard input, which is also read when no file is named. May run beside a server, which finds',
    'the contacts within a second. A line creates the contact of its _id or replaces the whole contact; of two lines',
    `with one _id the later wins. Equal contacts stay untouched, so an import may be repeated. Lines over`,
    `${MAX_LINE_BYTES / 1_048_576} MiB are rejected. Whether contact managers exist and custom fields are defined is not checked.`,
    '',
    'Rejected lines are named on standard error as FILE:LINE: reason. The last line on standard output says what became',
    'of the lines; the exit code is 1 if any was rejected. Ctrl-C stops after the contacts at hand with exit code 130;',
    'the same command again does the rest.',
  ],
  arguments: { least: 0, most: Number.POSITIVE_INFINITY },
  settings: ['db'],
  flags: { quiet: { meaning: 'no progress bar; without a terminal there is none anyway' } },
  async run({ config, positionals, flags }) {
    const inputs = inputsOf(positionals)
    const store = await openStore(config, { bulk: true })
    try {
      return await runImport(store.contacts, inputs, flags.quiet === undefined)
    } finally {
      await store.close()
    }
  },
}

/** Imports one input after the other; returns the exit code. */
async function runImport(store: Target, inputs: readonly Input[], showProgress: boolean): Promise<number> {
  const stop = new AbortController()
  let stopCode: number | undefined
  untilSignal().then((code) => {
    stopCode = code
    stop.abort()
  })
  const bar = showProgress && process.stderr.isTTY ? barOf(inputs) : undefined
  const rejects = new RejectList(bar)
  const contacts = new ContactImport({
    store,
    signal: stop.signal,
    onProgress: (progress) => bar?.update(progress),
  })
  try {
    for (const { name } of inputs) {
      await contacts.read(open(name, stop.signal), (line) => rejects.add(name, line))
    }
  } finally {
    bar?.clear()
    rejects.end()
    if (stop.signal.aborted)
      printError('stopped: what was imported stays; run the command again for the rest')
    print(summaryLine(contacts.summary))
  }
  return stopCode ?? (contacts.summary.rejected > 0 ? 1 : 0)
}

type Target = Awaited<ReturnType<typeof openStore>>['contacts']

function barOf(inputs: readonly Input[]): ProgressBar {
  return new ProgressBar({ stream: process.stderr, totalBytes: totalBytes(inputs) })
}

function summaryLine({ read, created, updated, unchanged, rejected }: ImportSummary): string {
  return `read ${read}: created ${created}, updated ${updated}, unchanged ${unchanged}, rejected ${rejected}`
}

/** The input's bytes, until it or the import ends. */
async function* open(name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (signal.aborted) return
  const stream =
    name === STANDARD_INPUT ? process.stdin : createReadStream(name, { highWaterMark: CHUNK_BYTES })
  try {
    yield* addAbortSignal(signal, stream) as AsyncIterable<Buffer> // No encoding is set on either of them.
  } catch (error) {
    if (!signal.aborted) throw errors.fileBroken({ name, reason: reasonOf(error) }, error)
  }
}

/** Tells of rejected lines, but not of so many that nobody could read them. */
class RejectList {
  readonly #bar: ProgressBar | undefined
  #count = 0

  constructor(bar: ProgressBar | undefined) {
    this.#bar = bar
  }

  add(name: string, { number, reason }: RejectedLine): void {
    this.#count += 1
    if (this.#count > MOST_LISTED) return
    this.#bar?.clear()
    printError(visible(`${name}:${number}: ${reason}`))
  }

  end(): void {
    const more = this.#count - MOST_LISTED
    if (more > 0) printError(`${more} more ${more === 1 ? 'line was' : 'lines were'} rejected`)
  }
}

interface Input {
  /** As the user named it. */
  readonly name: string
  /** `undefined` when only reading to the end will tell. */
  readonly bytes: number | undefined
}

/** @throws file-unreadable naming all of them, input-missing */
function inputsOf(names: readonly string[]): Input[] {
  if (names.length === 0 && process.stdin.isTTY) throw errors.inputMissing()
  const problems: string[] = []
  const inputs = (names.length === 0 ? [STANDARD_INPUT] : names).map((name) => inputOf(name, problems))
  if (problems.length > 0) throw errors.fileUnreadable({ problems })
  return inputs
}

function inputOf(name: string, problems: string[]): Input {
  try {
    return { name, bytes: name === STANDARD_INPUT ? sizeOf(0) : sizeOfFile(name) }
  } catch (error) {
    problems.push(`${name}: ${reasonOf(error)}`)
    return { name, bytes: undefined }
  }
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
