// Where imported contacts go: into a store, or nowhere.

import type { Contact } from '../contact.ts'
import type { ContactStore, ConversationStore, ImportCounts, StoredContact } from '../store/store.ts'
import { canonical } from './canonical.ts'
import type { ImportTarget } from './settle.ts'

interface Stores {
  readonly contacts: ContactStore
  readonly conversations: Pick<ConversationStore, 'commit'>
}

export function targetOf({ contacts, conversations }: Stores): ImportTarget {
  return {
    get: (id) => contacts.get(id),
    findBy: (by) => contacts.findBy(by),
    importMany: (many) => contacts.importMany(many),
    commit: async (changed) => (await conversations.commit({ contacts: changed })) !== undefined,
  }
}

/**
 * A target that writes nothing into the store: what would be there is kept in another, so that the counts are those of the import,
 * however large.
 * @param scratch  an empty store that nobody else has
 */
export function dryTarget(store: Stores, scratch: Stores): ImportTarget {
  const { contacts } = store
  const target: ImportTarget = {
    async get(id) {
      return (await scratch.contacts.get(id)) ?? contacts.get(id)
    },
    async findBy(by) {
      const found = await contacts.findBy(by)
      const kept = await Promise.all(
        found.map(async (one) => (await scratch.contacts.get(one.contact.id)) === undefined),
      )
      return [...(await scratch.contacts.findBy(by)), ...found.filter((_, at) => kept[at])]
    },
    async importMany(many) {
      // Whatever is made from the input must be made before anything is waited for.
      const given = [...many]
      const counts = { created: 0, updated: 0, unchanged: 0 }
      for (const contact of given) await importOne(target, scratch, contact, counts)
      return counts
    },
    async commit(changed) {
      await scratch.contacts.importMany(changed.map(({ contact }) => contact))
      return true
    },
  }
  return target
}

type Counts = { -readonly [Count in keyof ImportCounts]: number }

async function importOne(
  target: ImportTarget,
  scratch: Stores,
  contact: Contact,
  counts: Counts,
): Promise<void> {
  const known: StoredContact | undefined = await target.get(contact.id)
  const isLeftAlone =
    known !== undefined &&
    (known.contact.enabled === false || canonical(known.contact) === canonical(contact))
  if (isLeftAlone) {
    counts.unchanged += 1
    return
  }
  counts[known === undefined ? 'created' : 'updated'] += 1
  await scratch.contacts.importMany([contact])
}
