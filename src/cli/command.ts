// What a command is, and how what follows its name is read.

import { type Config, type Flags, readConfig, SETTINGS } from '../config.ts'
import { type FlagKind, readFlags } from './flags.ts'

export interface Command {
  /** As typed: `serve`, `token create`. */
  readonly name: string
  /** What follows the name, for --help; the flags are listed besides. */
  readonly usage: string
  readonly summary: string
  /** Further lines for --help. */
  readonly details?: readonly string[]
  /** How many arguments it takes, flags not counted. Default none. */
  readonly arguments?: { readonly least: number; readonly most: number }
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
  /** Default false. */
  readonly required?: boolean
  /** Whether it may be given more than once; the values are joined by commas. Default false. */
  readonly repeatable?: boolean
  /** What is wrong with a value, completing "--flag ..."; `undefined` when nothing is. */
  readonly problemWith?: (value: string) => string | undefined
}

export interface CommandInput {
  readonly config: Config
  readonly positionals: readonly string[]
  /** The command's own flags; switches that were given are `'true'`. */
  readonly flags: Flags
}

/**
 * @throws config-invalid listing every mistake in flags, arguments and environment at once
 */
export function readInput(command: Command, argv: readonly string[]): CommandInput {
  const { values, positionals, problems } = readFlags(kindsOf(command), argv)
  const found = [...problems, ...argumentProblems(command, positionals), ...flagProblems(command, values)]
  const own = command.flags ?? {}
  return {
    config: readConfig(without(values, own), undefined, found),
    positionals,
    flags: Object.fromEntries(Object.keys(own).map((flag) => [flag, values[flag]])),
  }
}

function kindsOf(command: Command): Map<string, FlagKind> {
  const kinds = new Map<string, FlagKind>()
  for (const key of command.settings) {
    const { flag, bare } = SETTINGS[key]
    if (flag !== undefined) kinds.set(flag, bare === undefined ? {} : { bare })
  }
  for (const [flag, { value, repeatable = false }] of Object.entries(command.flags ?? {})) {
    kinds.set(flag, { isSwitch: value === undefined, repeatable })
  }
  return kinds
}

function argumentProblems(command: Command, positionals: readonly string[]): string[] {
  const { least, most } = command.arguments ?? { least: 0, most: 0 }
  const count = positionals.length
  if (count >= least && count <= most) return []
  const given = count === 1 ? '1 argument' : `${count} arguments`
  return [`${command.name} takes ${most === 0 ? 'no arguments' : command.usage}, not ${given}`]
}

function flagProblems({ flags = {} }: Command, values: Flags): string[] {
  return Object.entries(flags).flatMap(([flag, { required, problemWith }]) => {
    const value = values[flag]
    if (value === undefined) return required ? [`--${flag} is missing`] : []
    const problem = problemWith?.(value)
    return problem === undefined ? [] : [`--${flag} ${problem}`]
  })
}

function without(values: Flags, own: object): Flags {
  return Object.fromEntries(Object.entries(values).filter(([flag]) => !(flag in own)))
}
