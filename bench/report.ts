// A run on record: the figures with the machine and the settings that they were measured with.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome, Target } from './benchmark.ts'
import { type Machine, machineLine } from './machine.ts'
import { markdownTable, type Table, textTable } from './table.ts'

export interface Report extends Outcome {
  readonly benchmark: string
  readonly machine: Machine
  readonly settings: Readonly<Record<string, unknown>>
  /** Whether it was a trial whose figures mean nothing. */
  readonly quick: boolean
}

/** Writes the figures and, beside them, the chart if there is one. Returns the path of the figures. */
export function saveReport(directory: string, { chart, ...report }: Report): string {
  const path = fileOf(directory, report.benchmark, report.quick)
  mkdirSync(directory, { recursive: true })
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`)
  if (chart !== undefined) writeFileSync(path.replace(/json$/, 'svg'), chart)
  return path
}

/** The last report of a benchmark; `undefined` when there is none. */
export function loadReport(directory: string, benchmark: string, quick: boolean): Report | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(directory, benchmark, quick), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function reportText({ machine, settings, tables, targets }: Report): string {
  const said = [machineLine(machine), settingsLine(settings)].join('\n')
  return [said, ...allTables(tables, targets).map(textTable)].join('\n\n')
}

export function reportMarkdown({ machine, settings, tables, targets }: Report): string {
  const said = `${machineLine(machine)}. ${settingsLine(settings)}.`
  return [said, ...allTables(tables, targets).map(markdownTable)].join('\n\n')
}

function allTables(tables: readonly Table[], targets: readonly Target[]): Table[] {
  return targets.length === 0 ? [...tables] : [...tables, targetTable(targets)]
}

function targetTable(targets: readonly Target[]): Table {
  return {
    title: 'Targets',
    columns: ['figure', 'wanted', 'measured', 'met'],
    rows: targets.map(({ what, wanted, measured, met }) => [what, wanted, measured, met ? 'yes' : 'missed']),
  }
}

function settingsLine(settings: Report['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${String(value) || 'none'}`)
    .join(', ')
}

function fileOf(directory: string, benchmark: string, quick: boolean): string {
  return join(directory, `${benchmark}${quick ? '-quick' : ''}.json`)
}
