// The command line: a table of commands, and errors as lines a person can act on.

import { readFileSync } from 'node:fs'
import { errors, OmnidexError } from '../errors.ts'
import { type Command, readInput } from './command.ts'
import { copy } from './copy.ts'
import { doctor } from './doctor.ts'
import { erase } from './erase.ts'
import { exportContacts } from './export.ts'
import { helpOf, overview } from './help.ts'
import { importContacts } from './import.ts'
import { migrate } from './migrate.ts'
import { mirror } from './mirror.ts'
import { endWithReader, print, printError } from './print.ts'
import { search } from './search.ts'
import { serve } from './serve.ts'
import { tokenCreate } from './token-create.ts'
import { userAdd } from './user-add.ts'

const COMMANDS: readonly Command[] = [
  serve,
  importContacts,
  exportContacts,
  erase,
  mirror,
  copy,
  migrate,
  doctor,
  search,
  tokenCreate,
  userAdd,
]

/**
 * Runs one command.
 * @param argv what follows `omnidex`
 * @returns the exit code: 0 done, 1 failed or refused, 130 and 143 stopped by a signal before it was done
 */
export async function main(argv: readonly string[]): Promise<number> {
  endWithReader()
  try {
    return await run(argv)
  } catch (error) {
    report(error)
    return 1
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, at) => argv[at] === word))
  const wantsHelp = beforeDashes(argv).some((word) => word === '--help' || word === '-h')
  if (command === undefined) return withoutCommand(argv, wantsHelp)
  if (wantsHelp) {
    print(helpOf(command))
    return 0
  }
  return command.run(readInput(command, argv.slice(command.name.split(' ').length)))
}

function withoutCommand(argv: readonly string[], wantsHelp: boolean): number {
  if (argv[0] === '--version') print(version())
  else if (argv.length === 0 || wantsHelp) print(overview(COMMANDS))
  else throw errors.commandUnknown({ command: argv[0] ?? '' })
  return 0
}

/** What follows `--` is text, whatever it looks like. */
function beforeDashes(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function report(error: unknown): void {
  if (error instanceof OmnidexError) {
    printError(`${error.code}: ${error.message}`)
    if (error.status === 503 && error.cause instanceof Error) printError(`reason: ${error.cause.message}`)
    if (error.hint) printError(`hint: ${error.hint}`)
  } else {
    printError(`internal: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
