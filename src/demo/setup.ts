// What a demo needs besides contacts: the custom fields they carry and the agents who manage them.

import type { CustomField } from '../store/store.ts'

/** When the demo's world ends, in unix milliseconds: a fixed time, so that its contacts are the same on every day. */
export const DEMO_END = Date.UTC(2025, 5, 30, 18)

/** Definitions of every custom field that generated contacts carry. */
export const DEMO_CUSTOM_FIELDS: readonly CustomField[] = [
  field('customer-number', 'Customer number'),
  field('city', 'City'),
  field('tier', 'Tier'),
]

/** People to create as agents; their user ids are the `managerIds` of the generator. */
export const DEMO_AGENTS: readonly { readonly username: string; readonly name: string }[] = [
  { username: 'mia.hoffmann', name: 'Mia Hoffmann' },
  { username: 'joao.pereira', name: 'João Pereira' },
  { username: 'olena.kovalenko', name: 'Олена Коваленко' },
  { username: 'layla.hassan', name: 'ليلى حسن' },
  { username: 'kenji.tanaka', name: '田中 ケンジ' },
]

function field(id: string, label: string): CustomField {
  return { id, label, scope: 'visitor', visibility: 'visible', updatedAt: new Date(DEMO_END).toISOString() }
}
