// npm run bench -- [NAME...] [FLAG...]: runs benchmarks, one after the other, and keeps what they found.

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { http } from './http.ts'
import { importing } from './import.ts'
import { describeMachine } from './machine.ts'
import { note } from './note.ts'
import { loadReport, type Report, reportMarkdown, reportText, saveReport } from './report.ts'
import { search } from './search.ts'
import { servers } from './servers.ts'
import { start } from './start.ts'

const BENCHMARKS: readonly Benchmark[] = [search, http, importing, start, servers]

const RESULTS = fileURLToPath(new URL('./results', import.meta.url))

interface Request {
  readonly benchmarks: readonly Benchmark[]
  /** What was said of settings, by flag. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly quick: boolean
  readonly markdown: boolean
  readonly help: boolean
  readonly results: string
}

process.once('SIGINT', () => process.exit(130)) // Children and temporary files go in the 'exit' listeners.
process.once('SIGTERM', () => process.exit(143))
try {
  await main(readRequest(process.argv.slice(2)))
} catch (error) {
  note(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(request: Request): Promise<void> {
  if (request.help) return print(help())
  if (request.markdown) return printLastRuns(request)
  for (const benchmark of request.benchmarks) {
    const report = await run(benchmark, request)
    print(`\n${reportText(report)}\n`)
    note(`saved as ${saveReport(request.results, report)}`)
  }
}

async function run(benchmark: Benchmark, { flags, quick }: Request): Promise<Report> {
  const { name, settings: all } = benchmark
  const settings = Object.fromEntries(
    Object.entries(all).map(([flag, { usual, quick: least, parse }]) => {
      const text = flags[flag]
      return [flag, typeof text === 'string' ? parseFlag(flag, text, parse) : quick ? least : usual]
    }),
  )
  const machine = describeMachine()
  return { benchmark: name, quick, machine, settings, ...(await benchmark.run(settings)) }
}

function printLastRuns({ benchmarks, results, quick }: Request): void {
  for (const { name } of benchmarks) {
    const report = loadReport(results, name, quick)
    if (report === undefined) note(`${name} was not run yet`)
    else print(`${reportMarkdown(report)}\n`)
  }
}

/** @throws Error for benchmarks and flags that do not exist */
function readRequest(args: readonly string[]): Request {
  const settings = BENCHMARKS.flatMap(({ settings }) => Object.keys(settings))
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(settings.map((flag) => [flag, { type: 'string' as const }])),
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      results: { type: 'string', default: RESULTS },
    },
  })
  const { quick, markdown, help, results, ...flags } = values
  return { benchmarks: chosen(positionals), flags, quick, markdown, help, results }
}

/** All when none is named. */
function chosen(names: readonly string[]): readonly Benchmark[] {
  if (names.length === 0) return BENCHMARKS
  return names.map((name) => {
    const benchmark = BENCHMARKS.find((known) => known.name === name)
    if (benchmark !== undefined) return benchmark
    throw new Error(
      `there is no benchmark '${name}'; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}`,
    )
  })
}

function parseFlag(flag: string, text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new Error(`--${flag} ${(error as Error).message}`, { cause: error })
  }
}

function help(): string {
  return [
    'usage: npm run bench -- [NAME...] [FLAG...]',
    '',
    'Runs the named benchmarks, or all of them; prints tables and keeps the figures as JSON.',
    '',
    ...BENCHMARKS.flatMap(helpOf),
    'for all of them:',
    '  --quick           tiny sizes, to see that a benchmark works; the figures mean nothing',
    '  --markdown        run nothing; print the tables of the last run as Markdown',
    '  --results DIR     where figures are kept (default: bench/results)',
    '  --help            this text',
  ].join('\n')
}

function helpOf({ name, summary, settings }: Benchmark): string[] {
  const rows = Object.entries(settings).map(
    ([flag, { meaning, usual, placeholder = 'N' }]) =>
      `${`  --${flag} ${placeholder}`.padEnd(19)} ${meaning} (default ${String(usual)})`,
  )
  return [`${name}: ${summary}`, ...rows, '']
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
