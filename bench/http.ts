// contacts.search over HTTP beside a bare Fastify route that returns the very same bytes: what is left of the speed of
// the web framework once authentication, validation, search and presentation are paid for.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchmark, type Target, type Values, wholeNumber } from './benchmark.ts'
import { type Server, startBareServer, startOmnidex } from './child.ts'
import { get, type Headers, logIn, untilReady } from './client.ts'
import { type LoadResult, load } from './load.ts'
import { note } from './note.ts'
import { type CapturedReply, writeReplies } from './replies-file.ts'
import { keystrokes, searchPath } from './searches.ts'
import { knownMedian, median } from './statistics.ts'
import { cores, count, microseconds, milliseconds, percent, type Table } from './table.ts'
import { temporaryDirectory } from './temporary.ts'

const settings = {
  contacts: wholeNumber('contacts in the directory', 10_000, 300),
  keystrokes: wholeNumber('different texts in the typed stream', 600, 40),
  connections: wholeNumber('connections, each with one request under way', 10, 2),
  seconds: wholeNumber('seconds of load on each server in each round', 8, 1),
  rounds: wholeNumber('rounds; medians of them are reported', 3, 1),
}

export interface HttpResults {
  readonly scenarios: readonly ScenarioResult[]
}

export interface ScenarioResult {
  readonly scenario: string
  /** Different addresses asked for. */
  readonly addresses: number
  /** Mean length of a reply's body. */
  readonly bodyBytes: number
  readonly omnidex: LoadResult
  readonly bare: LoadResult
  /** Requests per second, Omnidex over the bare route. */
  readonly ratio: number
  /** Requests per second of the server's processor time, Omnidex over the bare route. */
  readonly cpuRatio: number | undefined
  /** What the medians were taken of. */
  readonly rounds: Readonly<Record<'omnidex' | 'bare', readonly LoadResult[]>>
}

interface Scenario {
  readonly name: string
  readonly paths: readonly string[]
}

type HttpSettings = Values<typeof settings>

export const http = benchmark({
  name: 'http',
  summary: 'contacts.search over HTTP beside a bare Fastify route that returns the same bytes',
  settings,
  async run(values) {
    using directory = temporaryDirectory()
    note(`starting a server with ${count(values.contacts)} contacts`)
    await using omnidex = await startOmnidex(
      `sqlite:${join(directory.path, 'bench.db')}`,
      '--demo',
      String(values.contacts),
    )
    await untilReady(omnidex.url)
    const headers = await logIn(omnidex.url)
    const scenarios = scenariosOf(values)
    const replies = await capture(omnidex, headers, scenarios)
    const file = join(directory.path, 'replies.ndjson')
    writeFileSync(file, writeReplies(replies))
    await using bare = await startBareServer(file)
    await assertSameReplies(bare, headers, replies)
    const results = []
    for (const scenario of scenarios) {
      results.push(await compare(scenario, { omnidex, bare }, headers, values, replies))
    }
    return { results: { scenarios: results }, tables: tablesOf(results), targets: results.map(targetOf) }
  },
})

function scenariosOf({ contacts, keystrokes: texts }: HttpSettings): Scenario[] {
  return [
    { name: 'no search text', paths: [searchPath({})] },
    {
      name: 'typed texts',
      paths: keystrokes(contacts, texts).map((searchText) => searchPath({ searchText })),
    },
    { name: 'one text repeated', paths: [searchPath({ searchText: 'ann' })] },
    { name: 'sorted by last chat', paths: [searchPath({ sort: '{"lastChat.ts":-1}' })] },
  ]
}

/** The reply to every address of every scenario. */
async function capture(
  server: Server,
  headers: Headers,
  scenarios: readonly Scenario[],
): Promise<CapturedReply[]> {
  const replies = []
  for (const path of scenarios.flatMap(({ paths }) => paths)) {
    replies.push({ path, ...(await get(server.url, path, headers)) })
  }
  return replies
}

async function assertSameReplies(
  server: Server,
  headers: Headers,
  replies: readonly CapturedReply[],
): Promise<void> {
  for (const { path, contentType, body } of replies) {
    const reply = await get(server.url, path, headers)
    if (reply.body === body && reply.contentType === contentType) continue
    throw new Error(`the bare route answers ${path} differently: the comparison would not be fair`)
  }
}

/** Rounds alternate between the two servers, so that a noisy minute hits both. */
async function compare(
  { name, paths }: Scenario,
  servers: { readonly omnidex: Server; readonly bare: Server },
  headers: Headers,
  { connections, seconds, rounds }: HttpSettings,
  replies: readonly CapturedReply[],
): Promise<ScenarioResult> {
  const measured = { omnidex: [] as LoadResult[], bare: [] as LoadResult[] }
  const options = { headers, paths, connections }
  for (const server of Object.values(servers)) await load({ ...options, server, seconds: seconds / 4 })
  for (let round = 1; round <= rounds; round++) {
    for (const peer of ['omnidex', 'bare'] as const) {
      const result = await load({ ...options, server: servers[peer], seconds })
      measured[peer].push(result)
      note(`${name}, round ${round} of ${rounds}: ${peer} ${count(result.requestsPerSecond)}/s`)
    }
  }
  const omnidex = medianLoad(measured.omnidex)
  const bare = medianLoad(measured.bare)
  return {
    scenario: name,
    addresses: paths.length,
    bodyBytes: meanBytes(replies.filter(({ path }) => paths.includes(path))),
    omnidex,
    bare,
    ratio: omnidex.requestsPerSecond / bare.requestsPerSecond,
    cpuRatio: ratioOf(bare.cpuMsPerRequest, omnidex.cpuMsPerRequest),
    rounds: measured,
  }
}

function medianLoad(loads: readonly LoadResult[]): LoadResult {
  return {
    requestsPerSecond: median(loads.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Ms: median(loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
    cpuMsPerRequest: knownMedian(loads.map(({ cpuMsPerRequest }) => cpuMsPerRequest)),
    otherCores: knownMedian(loads.map(({ otherCores }) => otherCores)),
  }
}

function meanBytes(replies: readonly CapturedReply[]): number {
  return replies.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / replies.length
}

function ratioOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b
}

function tablesOf(results: readonly ScenarioResult[]): Table[] {
  const columns = [
    'scenario',
    'server',
    'requests/s',
    'p50',
    'p99',
    'CPU a request',
    'other work',
    'ratio',
    'ratio by CPU',
  ]
  const rows = results.flatMap(({ scenario, bodyBytes, omnidex, bare, ratio, cpuRatio }) => [
    [scenario, 'Omnidex', ...loadCells(omnidex), percent(ratio), percentOf(cpuRatio)],
    [`(${count(bodyBytes)} bytes)`, 'bare route', ...loadCells(bare), '', ''],
  ])
  return [{ title: 'contacts.search over HTTP, page of 25', columns, rows }]
}

function loadCells({ requestsPerSecond, p50Ms, p99Ms, cpuMsPerRequest, otherCores }: LoadResult): string[] {
  return [
    count(requestsPerSecond),
    milliseconds(p50Ms),
    milliseconds(p99Ms),
    cpuMsPerRequest === undefined ? 'unknown' : microseconds(cpuMsPerRequest * 1_000),
    cores(otherCores),
  ]
}

function percentOf(ratio: number | undefined): string {
  return ratio === undefined ? 'unknown' : percent(ratio)
}

function targetOf({ scenario, ratio }: ScenarioResult): Target {
  const what = `requests/s beside the bare route, ${scenario}`
  return { what, wanted: 'at least 50 %', measured: percent(ratio), met: ratio >= 0.5 }
}
