// Searches while contacts change: puts at a steady rate, typing in between, and a look whether each put is found.

import { setImmediate as turn } from 'node:timers/promises'
import type { Contact } from '../../src/contact.ts'
import { generateContacts } from '../../src/demo/contacts.ts'
import { type Latency, latencyOf, timed } from './latency.ts'
import { documentOf, type OmnidexEngine } from './omnidex.ts'

export interface UpdatesResult {
  readonly wantedPerSecond: number
  /** Puts that were really made, each second. */
  readonly putsPerSecond: number
  /** Typing meanwhile. */
  readonly searches: Latency
  /** From the beginning of a put to the end of the search that finds it. */
  readonly found: Latency
  /** The longest that the event loop was held up, by whatever it was. */
  readonly longestPauseMs: number
}

export interface Pace {
  readonly putsPerSecond: number
  readonly seconds: number
}

/** A contact's new state, with a text that nothing else has. */
interface Update {
  readonly contact: Contact
  readonly mark: string
}

/**
 * At most one put and one search in each turn of the event loop: an index that is too slow falls behind the wanted rate,
 * rather than hold up the loop with the puts it owes. Leaves the index changed.
 */
export async function measureUpdates(
  omnidex: OmnidexEngine,
  contacts: number,
  texts: readonly string[],
  { putsPerSecond, seconds }: Pace,
): Promise<UpdatesResult> {
  const updates = updatesOf(contacts, putsPerSecond * seconds)
  const searches: number[] = []
  const found: number[] = []
  const startedAt = performance.now()
  let now = startedAt
  let longestPauseMs = 0
  while (now - startedAt < seconds * 1_000) {
    const update = updates[found.length]
    const isDue = found.length * 1_000 <= (now - startedAt) * putsPerSecond
    if (update !== undefined && isDue) found.push(timed(() => putAndFind(omnidex, update)))
    searches.push(timed(() => omnidex.search(texts[searches.length % texts.length] ?? '')))
    await turn()
    const turnAt = performance.now()
    longestPauseMs = Math.max(longestPauseMs, turnAt - now)
    now = turnAt
  }
  return {
    wantedPerSecond: putsPerSecond,
    putsPerSecond: (found.length * 1_000) / (now - startedAt),
    searches: latencyOf(searches),
    found: latencyOf(found),
    longestPauseMs,
  }
}

/** @throws Error when the search does not find what was put just before */
function putAndFind(omnidex: OmnidexEngine, { contact, mark }: Update): void {
  omnidex.index.put(documentOf(contact))
  omnidex.tend()
  const { ids } = omnidex.search(mark)
  if (ids.length !== 1 || ids[0] !== contact.id) throw new Error('a search did not find what was just put')
}

/** Contacts of the directory that take on others' names and numbers; all get their turn before one comes again. */
function updatesOf(contacts: number, count: number): Update[] {
  const updates: Update[] = []
  for (let seed = 2; updates.length < count; seed++) {
    const strangers = generateContacts({ count: contacts, seed })
    for (const { id } of generateContacts({ count: Math.min(contacts, count - updates.length) })) {
      updates.push(updateOf(id, strangers.next().value as Contact, `${id}-${seed}@put.example`))
    }
  }
  return updates
}

function updateOf(id: string, stranger: Contact, mark: string): Update {
  return { mark, contact: { ...stranger, id, unknown: false, emails: [{ address: mark }] } }
}
