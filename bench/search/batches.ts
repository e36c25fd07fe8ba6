// Contacts as databases like them: many at once.

import type { Contact } from '../../src/contact.ts'

/** @param most  contacts in a batch */
export function* batches(contacts: Iterable<Contact>, most: number): Generator<Contact[]> {
  let batch: Contact[] = []
  for (const contact of contacts) {
    batch.push(contact)
    if (batch.length < most) continue
    yield batch
    batch = []
  }
  yield batch
}
