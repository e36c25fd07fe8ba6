// Demo contacts as a file to import: Rocket.Chat's spelling, one a line.

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { serialize } from 'bson'
import type { Contact } from '../src/contact.ts'
import { generateContacts } from '../src/demo/contacts.ts'
import { toDocument } from '../src/transfer/rocket-chat.ts'

/** Lines written at once. */
const BATCH = 1_000

/** Managers of some contacts. They need not exist: Rocket.Chat's exports name users who are gone as well. */
const MANAGER_IDS = ['bench-manager-1', 'bench-manager-2', 'bench-manager-3']

export async function writeContacts(file: string, contacts: number): Promise<void> {
  await pipeline(Readable.from(lines(contacts)), createWriteStream(file))
}

/** The same as mongodump writes a collection: one BSON document after the other. */
export async function writeBson(file: string, contacts: number): Promise<void> {
  await pipeline(Readable.from(documents(contacts)), createWriteStream(file))
}

function* documents(contacts: number): Generator<Uint8Array> {
  for (const contact of generateContacts({ count: contacts, managerIds: MANAGER_IDS })) {
    const { createdAt, _updatedAt, ...rest } = lineOf(contact) as { createdAt: string; _updatedAt: string }
    yield serialize({ ...rest, createdAt: new Date(createdAt), _updatedAt: new Date(_updatedAt) })
  }
}

function* lines(contacts: number): Generator<string> {
  let batch = ''
  let written = 0
  for (const contact of generateContacts({ count: contacts, managerIds: MANAGER_IDS })) {
    batch += `${JSON.stringify(lineOf(contact))}\n`
    if (++written % BATCH !== 0) continue
    yield batch
    batch = ''
  }
  yield batch
}

function lineOf(contact: Contact): object {
  const { managerId } = contact
  return { ...toDocument(contact), ...(managerId === undefined ? {} : { contactManager: managerId }) }
}
