// Fills an empty directory with generated contacts, their custom fields and the agents who manage them.

import { randomPassword, type Users } from '../access/access.ts'
import type { CustomFields } from '../custom-fields.ts'
import type { Store } from '../store/store.ts'
import { generateContacts } from './contacts.ts'
import { DEMO_AGENTS, DEMO_CUSTOM_FIELDS } from './setup.ts'

export interface DemoTarget {
  readonly store: Pick<Store, 'contacts'>
  readonly customFields: CustomFields
  readonly users: Users
}

/** Contacts in one commit: a demo of the usual size is there whole or not at all. */
const BATCH = 10_000

/** Does nothing in a directory that has contacts, or had some. Returns how many it made. */
export async function loadDemo(count: number, { store, customFields, users }: DemoTarget): Promise<number> {
  if ((await store.contacts.count()) > 0) return 0
  for (const field of DEMO_CUSTOM_FIELDS) {
    if ((await customFields.get(field.id)) === undefined) await customFields.create(field)
  }
  const managerIds: string[] = []
  for (const agent of DEMO_AGENTS) managerIds.push(await agentId(users, agent))
  let batch = []
  for (const contact of generateContacts({ count, managerIds })) {
    batch.push(contact)
    if (batch.length < BATCH) continue
    await store.contacts.importMany(batch)
    batch = []
  }
  await store.contacts.importMany(batch)
  return count
}

/** The agent's user id; nobody knows the password, so an administrator has to set one before the agent can log in. */
async function agentId(users: Users, { username, name }: (typeof DEMO_AGENTS)[number]): Promise<string> {
  const known = await users.find({ username })
  if (known !== undefined) return known.id
  const email = `${username}@agents.example.com`
  const roles = ['user', 'livechat-agent']
  return (await users.create({ username, name, email, roles, password: randomPassword() })).id
}
