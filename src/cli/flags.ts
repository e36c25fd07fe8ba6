// Words of a command line to flags and arguments. Goes on after a mistake, so that all of them are told at once; repeats
// no value in what it says, as a value in the wrong place may be a password.

import type { Flags } from '../config.ts'

export interface FlagKind {
  /** Without a value: given or not. */
  readonly isSwitch?: boolean
  /** Value when none follows; a value then has to begin with a digit, or stand after `=`. */
  readonly bare?: string
  /** May be given more than once; the values are joined by commas. */
  readonly repeatable?: boolean
}

export interface ReadFlags {
  /** By flag name; switches that were given are `'true'`. */
  readonly values: Flags
  readonly positionals: readonly string[]
  readonly problems: readonly string[]
}

/** `--` ends the flags; `-` alone is an argument. */
export function readFlags(kinds: ReadonlyMap<string, FlagKind>, words: readonly string[]): ReadFlags {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const rest = words.slice(0, end)
  const values: Record<string, string> = {}
  const positionals: string[] = []
  const problems: string[] = []
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!isFlag(word)) {
      positionals.push(word)
      continue
    }
    const { flag, inline } = splitFlag(word)
    const kind = kinds.get(flag)
    const value = inline ?? takeValue(kind, rest)
    const before = values[flag]
    const problem = problemWith({ flag, kind, inline, value, before })
    if (problem === undefined) values[flag] = before === undefined ? `${value}` : `${before},${value}`
    else problems.push(problem)
  }
  return { values, positionals: [...positionals, ...words.slice(end + 1)], problems }
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

function splitFlag(word: string): { flag: string; inline: string | undefined } {
  const equals = word.indexOf('=')
  const flag = (equals === -1 ? word : word.slice(0, equals)).replace(/^--/, '')
  return { flag, inline: equals === -1 ? undefined : word.slice(equals + 1) }
}

/** The flag's value, taken from the words that follow when it is there. */
function takeValue(kind: FlagKind | undefined, rest: string[]): string | undefined {
  const next = rest[0]
  if (kind === undefined) return undefined
  if (kind.isSwitch) return 'true'
  if (kind.bare !== undefined) return /^\d/.test(next ?? '') ? rest.shift() : kind.bare
  return next === undefined || isFlag(next) ? undefined : rest.shift()
}

interface GivenFlag {
  readonly flag: string
  readonly kind: FlagKind | undefined
  readonly inline: string | undefined
  readonly value: string | undefined
  /** Its value when it was given before. */
  readonly before: string | undefined
}

function problemWith({ flag, kind, inline, value, before }: GivenFlag): string | undefined {
  const name = flag.startsWith('-') ? flag : `--${flag}`
  if (kind === undefined) return `${name} is no flag of this command; --help lists those it has`
  if (kind.isSwitch && inline !== undefined) return `${name} takes no value`
  if (value === undefined) return `${name} needs a value; write ${name}=VALUE when it begins with a dash`
  return before !== undefined && !kind.repeatable ? `${name} is given more than once` : undefined
}
