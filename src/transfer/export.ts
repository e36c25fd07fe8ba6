// Contacts out of a directory, as documents that an import takes: what one writes the other reads, member by member.

import { type Contact, isLive } from '../contact.ts'
import type { ContactStore } from '../store/store.ts'

/** Contacts in one piece. */
const BATCH = 1_000

/** All contacts that were not deleted, in pieces, in the order in which the store scans them. */
export async function* exportContacts(store: Pick<ContactStore, 'scan'>): AsyncGenerator<Contact[]> {
  for (let afterId = ''; ; ) {
    const batch = await store.scan(afterId, BATCH)
    const last = batch.at(-1)
    if (last === undefined) return
    yield batch.flatMap(({ contact }) => (isLive(contact) ? [contact] : []))
    afterId = last.contact.id
  }
}
