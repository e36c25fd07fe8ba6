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
import { agreementOf } from '../bench/search/agreement.ts'
import type { Engine } from '../bench/search/engine.ts'
import { ENGINES, type EngineName } from '../bench/search/engines.ts'
import type { Latency } from '../bench/search/latency.ts'
import type { EngineResult, SearchResults } from '../bench/search/results.ts'
import { textsToType } from '../bench/search/texts.ts'
import { keystrokes } from '../bench/searches.ts'
import type { ServersResults } from '../bench/servers.ts'
import type { StartResults } from '../bench/start.ts'
import { generateContacts } from '../src/demo/contacts.ts'

const BENCH = fileURLToPath(new URL('../bench/main.ts', import.meta.url))
const results = mkdtempSync(join(tmpdir(), 'omnidex-bench-test-'))

after(() => rmSync(results, { recursive: true, force: true }))

describe('npm run bench', () => {
  it('explains every benchmark and flag with --help', async () => {
    const { stdout } = await bench('--help')
    const flags = ['--contacts', '--peers NAME', '--quick', '--markdown', '--results']
    for (const word of ['search:', 'http:', 'import:', 'start:', 'servers:', ...flags]) {
      assert.ok(stdout.includes(word), `--help does not mention ${word}`)
    }
  })

  it('refuses benchmarks and values that make no sense', async () => {
    await assert.rejects(bench('nonsense'), /there is no benchmark 'nonsense'/)
    await assert.rejects(bench('import', '--contacts', '-5x'), /--contacts/)
    await assert.rejects(bench('search', '--peers', 'sqlite,nonsense'), /--peers must be .*, not 'nonsense'/)
  })

  it('search types the same texts at Omnidex and its peers, over two sizes', async () => {
    const { report, found } = await run<SearchResults>('search')
    assert.deepEqual(
      found.sizes.map(({ contacts, texts }) => [contacts, texts]),
      [
        [200, 40],
        [400, 40],
      ],
    )
    for (const { engines, alone } of found.sizes) {
      assert.deepEqual(
        engines.map(({ engine }) => engine),
        ['omnidex', 'sqlite', 'scan'],
      )
      for (const engine of engines) assertEngine(engine)
      assert.deepEqual(
        alone.sorted.map(({ order }) => order),
        ['lastChat.ts descending', 'createdAt ascending'],
      )
      assert.ok(alone.deep.deepest > 100)
      const { updates } = alone
      for (const latency of [...alone.sorted, alone.deep.deep, updates.searches, updates.found]) {
        assertLatency(latency)
      }
      assert.ok(updates.putsPerSecond > 0 && updates.longestPauseMs > 0)
    }
    assert.equal(report.tables.length, 9)
    assert.equal(report.targets.length, 15)
    assertChart(readFileSync(join(results, 'search-quick.svg'), 'utf8'))
  })

  it('search measures Omnidex alone when told so', async () => {
    const args = [
      'search',
      '--quick',
      '--contacts',
      '300',
      '--peers',
      'none',
      '--results',
      join(results, 'alone'),
    ]
    const { stdout } = await bench(...args)
    assert.match(stdout, /^contacts 300, peers none,/m)
    assert.doesNotMatch(stdout, /SQLite|Texts on which/)
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
    assert.deepEqual(
      found.others.map(({ format }) => format),
      ['bson', 'csv', 'vcard'],
    )
    for (const { seconds, contactsPerSecond, peakBytes } of [found.first, found.again, ...found.others]) {
      assert.ok(seconds > 0)
      assert.equal(contactsPerSecond, 500 / seconds)
      assertMemory(peakBytes)
    }
    assert.equal(report.targets.length, 4)
  })

  it('start measures each directory, without and with its snapshot, until it has searched', async () => {
    const { found } = await run<StartResults>('start')
    assert.deepEqual(
      found.starts.map(({ contacts, index }) => [contacts, index]),
      [
        [100, 'contacts'],
        [100, 'snapshot'],
        [400, 'contacts'],
        [400, 'snapshot'],
      ],
    )
    for (const { listeningMs, readyMs, readyBytes, firstSearchMs } of found.starts) {
      assert.ok(listeningMs > 0 && readyMs >= listeningMs && firstSearchMs > 0)
      assertMemory(readyBytes)
    }
  })

  it('servers measures one server and three, with and without an index', async () => {
    const { found } = await run<ServersResults>('servers')
    assert.deepEqual(
      found.groups.map(({ servers, search, found }) => [servers, search, found !== undefined]),
      [
        [1, 'memory', false],
        [3, 'memory', true],
        [1, 'database', false],
        [3, 'database', true],
      ],
    )
    for (const { searchesPerSecond, writesPerSecond, write, found: elsewhere } of found.groups) {
      assert.ok(searchesPerSecond > 0 && writesPerSecond > 0)
      for (const latency of elsewhere ? [write, elsewhere] : [write]) assertLatency(latency)
    }
    assert.deepEqual(
      found.starts.map(({ from }) => from),
      ['contacts', 'snapshot'],
    )
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

describe('textsToType', () => {
  it('times no text that was typed to warm up', () => {
    const { warmUp, timed } = textsToType(10_000, 1_000)
    assert.equal(timed.length, 1_000)
    assert.equal(warmUp.length, 200)
    assert.equal(new Set([...warmUp, ...timed]).size, 1_200)
  })
})

describe('agreementOf', () => {
  it('counts totals, pages and hits that differ, and names the text that is furthest off', () => {
    const texts = ['a', 'b', 'c']
    const hits = (...ids: string[]) => ({ ms: 1, total: ids.length, ids })
    const omnidex = [hits('1', '2'), hits('3'), hits('1', '2', '3')]
    const peer = [hits('2', '1'), hits('3', '4'), hits('1')]
    assert.deepEqual(agreementOf(texts, omnidex, peer), {
      totals: 2,
      pages: 3,
      missing: 2,
      missingFraction: 2 / 6,
      surplus: 1,
      furthest: { text: 'c', omnidex: 3, peer: 1 },
    })
  })
})

describe('engines that are compared', () => {
  for (const name of ['sqlite', 'scan'] as const) {
    it(`${name} finds what Omnidex finds, texts with a meaning of their own included`, () =>
      assertExact(name))
  }

  for (const name of ['postgres', 'database'] as const) {
    it(`${name} finds what Omnidex finds, texts with a meaning of their own included`, () =>
      assertExact(name))
  }

  it('minisearch finds the beginnings of words, and no others', async () => {
    await using engine = await filled('minisearch')
    await using omnidex = await filled('omnidex')
    assert.deepEqual(await pageOf(engine, 'gmail'), await pageOf(omnidex, 'gmail'))
    assert.ok((await engine.search('mail.exampl')).total < (await omnidex.search('mail.exampl')).total)
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

async function filled(name: EngineName): Promise<Engine> {
  const engine = await ENGINES[name].open()
  await engine.fill(generateContacts({ count: 2_000 }))
  return engine
}

async function assertExact(name: EngineName): Promise<void> {
  await using engine = await filled(name)
  await using omnidex = await filled('omnidex')
  await engine.tune?.(['an', 'gmail'])
  const special = [
    '%',
    '_',
    '\\',
    '"',
    "'",
    '.*',
    '(0',
    ' ',
    '+49 ',
    'i',
    'I',
    'İ',
    'ς',
    'Σ',
    '😀',
    '🇧🇷',
    'я',
    '田',
    'no one',
  ]
  for (const text of [...special, ...textsToType(2_000, 200).timed]) {
    assert.deepEqual(await pageOf(engine, text), await pageOf(omnidex, text))
  }
}

async function pageOf(engine: Engine, text: string): Promise<object> {
  const { total, ids } = await engine.search(text)
  return { text, total, ids }
}

function assertEngine({ engine, latency, byLength, curve, memoryBytes, agreement }: EngineResult): void {
  assertLatency(latency)
  assert.equal(
    byLength.reduce((sum, { texts }) => sum + texts, 0),
    40,
  )
  assert.equal(curve.at(-1)?.ms, latency.worstMs)
  // Of a few hundred contacts it is less than what the process holds more or less by chance.
  assert.ok(Number.isFinite(memoryBytes))
  const { totals, pages } = agreement
  assert.deepEqual({ engine, totals, pages }, { engine, totals: 0, pages: 0 })
}

function assertLatency({ meanMs, p50Ms, p95Ms, p99Ms, worstMs }: Latency): void {
  assert.ok(meanMs > 0 && p50Ms > 0 && p95Ms >= p50Ms && p99Ms >= p95Ms && worstMs >= p99Ms)
}

/** One line in each of two plots for each of three engines, with its name, and nothing that could not be worked out. */
function assertChart(svg: string): void {
  assert.match(svg, /^<svg [^>]*viewBox="0 0 \d+ \d+"/)
  assert.match(svg, /prefers-color-scheme: dark/)
  assert.equal(svg.match(/<polyline /g)?.length, 6)
  for (const { label } of [ENGINES.omnidex, ENGINES.sqlite, ENGINES.scan])
    assert.ok(svg.includes(`>${label}<`))
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
}

function assertLoad({ requestsPerSecond, p50Ms, p99Ms }: LoadResult): void {
  assert.ok(requestsPerSecond > 0 && p50Ms > 0 && p99Ms >= p50Ms)
}

/** Only Linux tells; there a Node process takes tens of megabytes. */
function assertMemory(bytes: number | undefined): void {
  if (process.platform === 'linux') assert.ok(bytes !== undefined && bytes > 20_000_000)
}
