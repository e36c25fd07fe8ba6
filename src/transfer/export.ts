// Contacts out of a directory, as documents that an import takes: what one writes the other reads, member by member.

import { isLive } from '../contact.ts'
import type { ContactStore } from '../store/store.ts'
import { type ContactDocument, toDumpDocument } from './rocket-chat.ts'

/** Contacts in one piece. */
const BATCH = 1_000

/** All contacts that were not deleted, in pieces, in the order in which the store scans them. */
export async function* exportContacts(store: Pick<ContactStore, 'scan'>): AsyncGenerator<ContactDocument[]> {
  for (let afterId = ''; ; ) {
    const batch = await store.scan(afterId, BATCH)
    const last = batch.at(-1)
    if (last === undefined) return
    yield batch.flatMap(({ contact }) => (isLive(contact) ? [toDumpDocument(contact)] : []))
    afterId = last.contact.id
  }
}
