// What a benchmark is: settings with two sizes, usual and quick, and a run that returns figures, tables and targets.

import type { Table } from './table.ts'

export interface Benchmark {
  readonly name: string
  /** One line for --help. */
  readonly summary: string
  readonly settings: Settings
  readonly run: (values: Readonly<Record<string, unknown>>) => Promise<Outcome>
}

/** Something that a run can be told by a flag. */
export interface Setting<T> {
  readonly meaning: string
  readonly usual: T
  /** Just enough to see that the benchmark works; its figures mean nothing. */
  readonly quick: T
  /** Stands for a value in --help; default `N`. */
  readonly placeholder?: string
  /** @throws Error whose message completes "--FLAG ..." */
  readonly parse: (text: string) => T
}

export type Settings = Readonly<Record<string, Setting<unknown>>>
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

/** What a run found out. */
export interface Outcome {
  /** The figures, for programs. */
  readonly results: object
  /** The same figures, for people. */
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
  /** A picture of them, as SVG. */
  readonly chart?: string
}

export interface Target {
  readonly what: string
  readonly wanted: string
  readonly measured: string
  readonly met: boolean
}

/** A benchmark whose run sees its settings as what they are; the list of benchmarks does not need to know. */
export function benchmark<S extends Settings>(
  definition: Omit<Benchmark, 'settings' | 'run'> & {
    readonly settings: S
    readonly run: (values: Values<S>) => Promise<Outcome>
  },
): Benchmark {
  return definition as unknown as Benchmark
}

export function wholeNumber(meaning: string, usual: number, quick: number): Setting<number> {
  return { meaning, usual, quick, parse: parseWholeNumber }
}

/** Several, on the command line with commas between them. */
export function wholeNumbers(meaning: string, usual: number[], quick: number[]): Setting<readonly number[]> {
  const parse = (text: string) => text.split(',').map(parseWholeNumber)
  return { meaning, usual, quick, placeholder: 'N,N...', parse }
}

function parseWholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`must be a whole number from 1 to 999999999, not '${text}'`)
}
