// Contacts created through the API of one or several servers: as many as they take, or so many a second, with a look at
// when another server finds them.

import { setTimeout as sleep } from 'node:timers/promises'
import { get, type Headers } from './client.ts'
import { searchPath } from './searches.ts'

interface Pace {
  readonly connections: number
  /** Writes a second. */
  readonly writes: number
  readonly seconds: number
}

/** Of so many writes one is looked for elsewhere: looking is work, too. */
const LOOK_EVERY = 10
/** Of contacts that are created, so that no two are alike in any run. */
let created = 0

/** Each connection sends its next write when the last is answered. */
export async function throughput(
  urls: readonly string[],
  headers: Headers,
  { connections, seconds }: Pick<Pace, 'connections' | 'seconds'>,
): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  const writer = async (url: string) => {
    while (performance.now() < endsAt) {
      const sentAt = performance.now()
      await create(url, headers)
      times.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: connections }, (_, at) => writer(urls[at % urls.length] ?? '')))
  return { perSecond: times.length / ((performance.now() - startedAt) / 1_000), times }
}

/** Milliseconds from the reply to a write until another server finds it, for some of the writes. */
export async function foundElsewhere(
  urls: readonly string[],
  headers: Headers,
  { writes, seconds }: Pick<Pace, 'writes' | 'seconds'>,
): Promise<number[]> {
  const times: number[] = []
  const underWay: Promise<void>[] = []
  const startedAt = performance.now()
  for (let at = 0; at < writes * seconds; at++) {
    await sleep(Math.max(0, startedAt + (at * 1_000) / writes - performance.now()))
    underWay.push(writeAndLook(at))
  }
  await Promise.all(underWay)
  return times

  async function writeAndLook(at: number): Promise<void> {
    const name = await create(urls[at % urls.length] ?? '', headers)
    if (at % LOOK_EVERY !== 0) return
    const writtenAt = performance.now()
    const elsewhere = urls[(at + 1) % urls.length] ?? ''
    while (!(await isFound(elsewhere, name, headers))) await sleep(1)
    times.push(performance.now() - writtenAt)
  }
}

/** Returns the name of the contact. */
async function create(url: string, headers: Headers): Promise<string> {
  const name = `Bench ${++created} of ${process.pid}.`
  const reply = await fetch(`${url}/api/v1/omnichannel/contacts`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name, emails: [`bench${created}@example.org`], phones: [`+1 555 ${created}`] }),
  })
  if (!reply.ok) throw new Error(`a write answered ${reply.status}: ${await reply.text()}`)
  await reply.arrayBuffer()
  return name
}

async function isFound(url: string, searchText: string, headers: Headers): Promise<boolean> {
  return JSON.parse((await get(url, searchPath({ searchText }), headers)).body).total === 1
}
