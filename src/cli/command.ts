// What a command is, and how its flags are read.

import { parseArgs } from 'node:util'
import { type Config, type Flags, readConfig, SETTINGS } from '../config.ts'
import { errors } from '../errors.ts'

export interface Command {
  /** As typed: `serve`, `token create`. */
  readonly name: string
  /** What follows the name, for --help. */
  readonly usage: string
  readonly summary: string
  /** Settings that the command takes as flags. */
  readonly settings: readonly (keyof Config)[]
  /** Flags of its own. */
  readonly flags?: Readonly<Record<string, CommandFlag>>
  /** Returns the exit code. */
  readonly run: (input: CommandInput) => Promise<number>
}

export interface CommandFlag {
  readonly meaning: string
  /** What stands for the value in --help; absent for switches. */
  readonly value?: string
}

export interface CommandInput {
  readonly config: Config
  readonly positionals: readonly string[]
  /** The command's own flags; switches that were given are `'true'`. */
  readonly flags: Flags
}

/**
 * @throws config-invalid for flags the command does not take and for values that make no sense
 */
export function readInput(command: Command, argv: readonly string[]): CommandInput {
  const { values, positionals } = parse(command, argv)
  const own = Object.keys(command.flags ?? {})
  const config = readConfig(
    Object.fromEntries(Object.entries(values).filter(([flag]) => !own.includes(flag))),
  )
  return { config, positionals, flags: Object.fromEntries(own.map((flag) => [flag, values[flag]])) }
}

function parse(command: Command, argv: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: withBareValues(command, argv),
      options: { ...settingOptions(command), ...ownOptions(command) },
      allowPositionals: true,
    })
    return {
      values: Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, String(value)])),
      positionals,
    }
  } catch (error) {
    throw errors.configInvalid({ problems: [(error as Error).message] }, error)
  }
}

function settingOptions(command: Command): Record<string, { type: 'string' }> {
  const flags = command.settings.flatMap((key) => SETTINGS[key].flag ?? [])
  return Object.fromEntries(flags.map((flag) => [flag, { type: 'string' }]))
}

function ownOptions(command: Command): Record<string, { type: 'string' | 'boolean' }> {
  const flags = Object.entries(command.flags ?? {})
  return Object.fromEntries(flags.map(([flag, { value }]) => [flag, { type: value ? 'string' : 'boolean' }]))
}

/** `--demo` alone, or before something that is no number, stands for `--demo=10000`. */
function withBareValues(command: Command, argv: readonly string[]): string[] {
  return argv.map((word, at) => {
    const bare = command.settings
      .map((key) => SETTINGS[key])
      .find(({ flag, bare }) => bare && word === `--${flag}`)?.bare
    return bare === undefined || /^\d/.test(argv[at + 1] ?? '') ? word : `${word}=${bare}`
  })
}
