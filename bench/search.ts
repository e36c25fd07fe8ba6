// The same keystrokes at Omnidex's index and at what people use today: how long until the first page and the exact
// total are there, over how many contacts, with how much memory.

import { benchmark, type Values, wholeNumber, wholeNumbers } from './benchmark.ts'
import { note } from './note.ts'
import { chartOf } from './search/chart.ts'
import { ENGINES, type EngineName, type PeerName, parsePeers } from './search/engines.ts'
import type { JobResult } from './search/job.ts'
import { type EngineResult, engineResult, type SizeResult } from './search/results.ts'
import { runJob } from './search/run-job.ts'
import { tablesOf } from './search/tables.ts'
import { targetsOf } from './search/targets.ts'
import { type Texts, textsToType } from './search/texts.ts'
import { count, milliseconds, seconds } from './table.ts'

const settings = {
  contacts: wholeNumbers('contacts, known and unknown together', [1_000_000], [200, 400]),
  peers: {
    meaning: 'engines to compare with, or none',
    usual: ['database', 'postgres', 'sqlite', 'scan', 'minisearch'] as readonly PeerName[],
    quick: ['sqlite', 'scan'] as readonly PeerName[],
    placeholder: 'NAME,NAME...',
    parse: parsePeers,
  },
  'peers-up-to': wholeNumber('most contacts that peers get; with more Omnidex is alone', 1_000_000, 400),
  keystrokes: wholeNumber('different texts that are typed and timed', 1_000, 40),
  puts: wholeNumber('puts a second beside searches', 2_000, 200),
  seconds: wholeNumber('seconds of puts beside searches', 5, 1),
}

type SearchSettings = Values<typeof settings>

export const search = benchmark({
  name: 'search',
  summary: 'keystrokes in process, beside PostgreSQL, SQLite, a regex scan and MiniSearch',
  settings,
  async run(values) {
    const sizes: SizeResult[] = []
    for (const contacts of values.contacts.toSorted((a, b) => a - b)) {
      sizes.push(await measureSize(contacts, values))
    }
    return {
      results: { sizes },
      tables: tablesOf(sizes),
      targets: targetsOf(sizes),
      chart: chartOf(sizes),
    }
  },
})

async function measureSize(contacts: number, values: SearchSettings): Promise<SizeResult> {
  const texts = textsToType(contacts, values.keystrokes)
  const omnidex = await runEngine('omnidex', contacts, texts, values)
  if (omnidex.alone === undefined) throw new Error('Omnidex was not measured alone')
  const engines: EngineResult[] = [engineResult('omnidex', texts.timed, omnidex, omnidex)]
  for (const peer of contacts <= values['peers-up-to'] ? values.peers : []) {
    const run = await runEngine(peer, contacts, texts, values)
    engines.push(engineResult(peer, texts.timed, run, omnidex))
  }
  return { contacts, texts: texts.timed.length, engines, alone: omnidex.alone }
}

async function runEngine(
  engine: EngineName,
  contacts: number,
  texts: Texts,
  { puts, seconds: length }: SearchSettings,
): Promise<JobResult> {
  const pace = { putsPerSecond: puts, seconds: length }
  const result = await runJob({ engine, contacts, texts, pace })
  const typing = result.keystrokes.reduce((sum, { ms }) => sum + ms, 0)
  note(
    `${count(contacts)} contacts, ${ENGINES[engine].label}: built in ${seconds(result.buildSeconds)}, ` +
      `${milliseconds(typing / result.keystrokes.length)} a keystroke`,
  )
  return result
}
