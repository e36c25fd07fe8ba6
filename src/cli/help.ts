// What --help prints, made from the tables of commands and settings.

import { SETTINGS } from '../config.ts'
import type { Command } from './command.ts'

export function overview(commands: readonly Command[]): string {
  return [
    'omnidex: an omnichannel contact directory and search server',
    '',
    'usage: omnidex COMMAND [FLAG...]',
    '',
    ...aligned(commands.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary])),
    '',
    'omnidex COMMAND --help explains one of them, omnidex --version prints the version.',
  ].join('\n')
}

export function helpOf(command: Command): string {
  const { name, usage, summary, details } = command
  return [
    `usage: omnidex ${name} ${usage} [FLAG...]`.replace('  ', ' '),
    '',
    summary,
    ...(details === undefined ? [] : ['', ...details]),
    '',
    ...aligned([...ownRows(command), ...settingRows(command)]),
  ].join('\n')
}

type Row = readonly [left: string, right: string]

function ownRows({ flags = {} }: Command): Row[] {
  return Object.entries(flags).map(([flag, { value, meaning }]) => [
    `--${flag} ${value ?? ''}`.trim(),
    meaning,
  ])
}

function settingRows({ settings }: Command): Row[] {
  return settings.map((key) => {
    const { flag, env, value, meaning, default: usual } = SETTINGS[key]
    const origin = [`environment ${env}`, ...(usual ? [`default ${usual}`] : [])].join(', ')
    return [`--${flag} ${value ?? ''}`.trim(), `${meaning} (${origin})`]
  })
}

function aligned(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
