// The command line: a table of commands, and errors as lines a person can act on.

import { errors, OmnidexError } from '../errors.ts'
import { type Command, readInput } from './command.ts'
import { helpOf, overview } from './help.ts'
import { print, printError } from './print.ts'
import { serve } from './serve.ts'

const COMMANDS: readonly Command[] = [serve]

/**
 * Runs one command.
 * @param argv what follows `omnidex`
 * @returns the exit code: 0 done, 1 failed or refused
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await run(argv)
  } catch (error) {
    report(error)
    return 1
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, at) => argv[at] === word))
  const wantsHelp = argv.some((word) => word === '--help' || word === '-h')
  if (command === undefined) {
    if (argv.length > 0 && !wantsHelp) throw errors.commandUnknown({ command: argv[0] ?? '' })
    print(overview(COMMANDS))
    return 0
  }
  if (wantsHelp) {
    print(helpOf(command))
    return 0
  }
  return command.run(readInput(command, argv.slice(command.name.split(' ').length)))
}

function report(error: unknown): void {
  if (error instanceof OmnidexError) {
    printError(`${error.code}: ${error.message}`)
    if (error.hint) printError(`hint: ${error.hint}`)
  } else {
    printError(`internal: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
