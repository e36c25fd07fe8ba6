// The benchmarks run, and what they report is what they did. How fast anything is, is not a test's business.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { HttpResults } from '../bench/http.ts'
import type { ImportResults } from '../bench/import.ts'
import type { LoadResult } from '../bench/load.ts'
import type { Report } from '../bench/report.ts'
import { keystrokes } from '../bench/searches.ts'
import type { StartResults } from '../bench/start.ts'

const BENCH = fileURLToPath(new URL('../bench/main.ts', import.meta.url))
const results = mkdtempSync(join(tmpdir(), 'omnidex-bench-test-'))

after(() => rmSync(results, { recursive: true, force: true }))

describe('npm run bench', () => {
  it('explains every benchmark and flag with --help', async () => {
    const { stdout } = await bench('--help')
    for (const word of ['http:', 'import:', 'start:', '--contacts', '--quick', '--markdown', '--results']) {
      assert.ok(stdout.includes(word), `--help does not mention ${word}`)
    }
  })

  it('refuses benchmarks and values that make no sense', async () => {
    await assert.rejects(bench('nonsense'), /there is no benchmark 'nonsense'/)
    await assert.rejects(bench('import', '--contacts', '-5x'), /--contacts/)
  })

  it('http compares four kinds of search with a bare route of the same bytes', async () => {
    const { report, found } = await run<HttpResults>('http')
    assert.deepEqual(
      found.scenarios.map(({ scenario }) => scenario),
      ['no search text', 'typed texts', 'one text repeated', 'sorted by last chat'],
    )
    for (const { omnidex, bare, ratio, bodyBytes } of found.scenarios) {
      assertLoad(omnidex)
      assertLoad(bare)
      assert.equal(ratio, omnidex.requestsPerSecond / bare.requestsPerSecond)
      assert.ok(bodyBytes > 500, 'a page has contacts in it')
    }
    assert.equal(found.scenarios[1]?.addresses, 40)
    assert.equal(report.targets.length, 4)
  })

  it('import measures a first and a repeated import', async () => {
    const { report, found } = await run<ImportResults>('import')
    assert.equal(found.contacts, 500)
    assert.ok(found.fileBytes > 500 * 100)
    for (const { seconds, contactsPerSecond, peakBytes } of [found.first, found.again]) {
      assert.ok(seconds > 0)
      assert.equal(contactsPerSecond, 500 / seconds)
      assertMemory(peakBytes)
    }
    assert.equal(report.targets.length, 1)
  })

  it('start measures each directory until it listens, is ready and has searched', async () => {
    const { found } = await run<StartResults>('start')
    assert.deepEqual(
      found.starts.map(({ contacts }) => contacts),
      [100, 400],
    )
    for (const { listeningMs, readyMs, readyBytes, firstSearchMs } of found.starts) {
      assert.ok(listeningMs > 0 && readyMs >= listeningMs && firstSearchMs > 0)
      assertMemory(readyBytes)
    }
  })

  it('prints the last run as Markdown tables', async () => {
    const { stdout } = await bench('import', '--quick', '--markdown', '--results', results)
    assert.match(stdout, /^\| import \| contacts\/s \|/m)
    assert.match(stdout, /^\*\*Targets\*\*$/m)
  })
})

describe('keystrokes', () => {
  it('are different, well-formed and always the same', () => {
    const texts = keystrokes(10_000, 600)
    assert.equal(texts.length, 600)
    assert.equal(new Set(texts).size, 600)
    assert.ok(texts.every((text) => text !== '' && text.isWellFormed()))
    assert.deepEqual(keystrokes(10_000, 600), texts)
  })
})

/** A quick run of one benchmark, and the report it saved. */
async function run<R>(name: string): Promise<{ report: Report; found: R }> {
  const { stdout } = await bench(name, '--quick', '--results', results)
  const report: Report = JSON.parse(readFileSync(join(results, `${name}-quick.json`), 'utf8'))
  assert.equal(report.benchmark, name)
  assert.equal(report.quick, true)
  assert.ok(report.machine.cores > 0 && report.machine.memoryBytes > 0)
  assert.equal(report.machine.node, process.version)
  for (const { title, columns, rows } of report.tables) {
    assert.ok(stdout.includes(title))
    assert.ok(rows.length > 0 && rows.every((row) => row.length === columns.length))
  }
  return { report, found: report.results as R }
}

function bench(...args: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, [BENCH, ...args])
}

function assertLoad({ requestsPerSecond, p50Ms, p99Ms }: LoadResult): void {
  assert.ok(requestsPerSecond > 0 && p50Ms > 0 && p99Ms >= p50Ms)
}

/** Only Linux tells; there a Node process takes tens of megabytes. */
function assertMemory(bytes: number | undefined): void {
  if (process.platform === 'linux') assert.ok(bytes !== undefined && bytes > 20_000_000)
}
