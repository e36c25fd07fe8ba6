// Whether an index has what its database has. The two are compared by fingerprints, first of buckets of contacts, then of
// the contacts in those that differ; and again a little later, since contacts change while they are compared.

import { setTimeout as delay } from 'node:timers/promises'
import { type Contact, isLive, searchableTexts } from '../contact.ts'
import { BucketSums, bucketOf, fingerprintOf, TEXTLESS } from '../search/search.ts'
import type { ContactStore } from '../store/store.ts'

/** An index, in this process or in another. */
export interface ExaminedIndex {
  /** A fingerprint for each bucket. */
  buckets(): Promise<readonly string[]>
  /** Fingerprints of the contacts in these buckets, by id. */
  fingerprints(buckets: readonly number[]): Promise<ReadonlyMap<string, string>>
}

export interface Difference {
  readonly id: string
  /** What is wrong with the index. */
  readonly kind: 'lacks' | 'has too much' | 'has otherwise'
}

export interface Examination {
  /** Live contacts in the database. */
  readonly contacts: number
  readonly differences: readonly Difference[]
}

/** Contacts fetched at once. */
const BATCH = 2_000
/** Buckets asked for at once. */
const MOST_BUCKETS = 64
/** Looks at what differs, and milliseconds between them: a server finds a change within a second. */
const LOOKS = 3
const PAUSE_MS = 1_000

/** @param pauseMs  between two looks; default a second */
export async function examine(
  store: Pick<ContactStore, 'scan' | 'getMany'>,
  index: ExaminedIndex,
  pauseMs = PAUSE_MS,
): Promise<Examination> {
  const stored = await fingerprintsIn(store)
  const wrong = await wrongBuckets(stored.fingerprints, index)
  let suspects = await suspectsIn(wrong, stored.fingerprints, index)
  let differences: Difference[] = []
  for (let look = 0; look < LOOKS && suspects.length > 0; look++) {
    await delay(pauseMs)
    differences = await differencesAmong(suspects, store, index)
    suspects = differences.map(({ id }) => id)
  }
  return { contacts: stored.contacts, differences }
}

interface Stored {
  readonly contacts: number
  /** Of those that a search can find, by id. */
  readonly fingerprints: ReadonlyMap<string, string>
}

async function fingerprintsIn(store: Pick<ContactStore, 'scan'>): Promise<Stored> {
  const fingerprints = new Map<string, string>()
  let contacts = 0
  for (let afterId = ''; ; ) {
    const batch = await store.scan(afterId, BATCH)
    for (const { contact } of batch) {
      if (isLive(contact)) contacts++
      const fingerprint = fingerprintOfContact(contact)
      if (fingerprint !== undefined) fingerprints.set(contact.id, fingerprint)
    }
    const last = batch.at(-1)
    if (last === undefined) return { contacts, fingerprints }
    afterId = last.contact.id
  }
}

/** `undefined` for contacts that no search finds. */
function fingerprintOfContact(contact: Contact): string | undefined {
  const { id, unknown } = contact
  if (!isLive(contact)) return undefined
  const fingerprint = fingerprintOf({ id, unknown, texts: searchableTexts(contact), record: contact })
  return fingerprint === TEXTLESS ? undefined : fingerprint
}

async function wrongBuckets(stored: ReadonlyMap<string, string>, index: ExaminedIndex): Promise<number[]> {
  const sums = new BucketSums()
  for (const [id, fingerprint] of stored) sums.add(id, fingerprint)
  const found = await index.buckets()
  return sums.toArray().flatMap((sum, bucket) => (sum === found[bucket] ? [] : [bucket]))
}

/** Contacts of these buckets that the index has otherwise than they were in the database a moment ago. */
async function suspectsIn(
  buckets: readonly number[],
  stored: ReadonlyMap<string, string>,
  index: ExaminedIndex,
): Promise<string[]> {
  const wrong = new Set(buckets)
  const suspects = new Set([...stored.keys()].filter((id) => wrong.has(bucketOf(id))))
  for (const some of inGroups(buckets, MOST_BUCKETS)) {
    for (const [id, fingerprint] of await index.fingerprints(some)) {
      if (stored.get(id) === fingerprint) suspects.delete(id)
      else suspects.add(id)
    }
  }
  return [...suspects]
}

/** Of these contacts, those that the index has otherwise than the database has them now. */
async function differencesAmong(
  ids: readonly string[],
  store: Pick<ContactStore, 'getMany'>,
  index: ExaminedIndex,
): Promise<Difference[]> {
  const differences: Difference[] = []
  const byBucket = Map.groupBy(ids, bucketOf)
  for (const some of inGroups([...byBucket.keys()], MOST_BUCKETS)) {
    const asked = some.flatMap((bucket) => byBucket.get(bucket) ?? [])
    const contacts = await store.getMany(asked)
    const found = await index.fingerprints(some)
    for (const [at, id] of asked.entries()) {
      const kind = kindOf(contacts[at], found.get(id))
      if (kind !== undefined) differences.push({ id, kind })
    }
  }
  return differences
}

function kindOf(contact: Contact | undefined, found: string | undefined): Difference['kind'] | undefined {
  const wanted = contact && fingerprintOfContact(contact)
  if (wanted === found) return undefined
  if (found === undefined) return 'lacks'
  return wanted === undefined ? 'has too much' : 'has otherwise'
}

function inGroups<T>(items: readonly T[], most: number): T[][] {
  const groups: T[][] = []
  for (let at = 0; at < items.length; at += most) groups.push(items.slice(at, at + most))
  return groups
}
