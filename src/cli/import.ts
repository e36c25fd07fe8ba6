// omnidex import: contacts from files or standard input into the database, beside a running server.

import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
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
    const store = await openStore(config)
    try {
      return await runImport(store.contacts, inputs, flags.quiet === undefined)
    } finally {
      await store.close()
    }
  },
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
