// The `sort` parameter: JSON text to sort keys, with Rocket.Chat's and its database's objections (contract 3.1.5).

import type { SortKey } from '../directory.ts'
import { errors } from '../errors.ts'

/** Fields one order may name: each may cost an index over the whole directory. */
export const MAX_SORT_KEYS = 16

/**
 * The order a client asks for, with paths as the client writes them; `undefined` when it asks for none.
 * @throws error-invalid-sort and its kin
 */
export function parseSort(text: string | undefined): SortKey[] | undefined {
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (value === '') throw errors.sortPathEmpty()
  if (typeof value === 'number' || typeof value === 'boolean') throw errors.sortNotAnObject({ value })
  if (typeof value !== 'object' || value === null) throw errors.sortInvalid({ text })
  const entries = Object.entries(value)
  if (!entries.every(([, direction]) => direction === 1 || direction === -1))
    throw errors.sortInvalid({ text })
  // An array of directions passes Rocket.Chat's check and sorts by fields that nothing has: by nothing.
  if (Array.isArray(value)) return []
  if (entries.length > MAX_SORT_KEYS) throw errors.sortTooManyKeys({ most: MAX_SORT_KEYS })
  for (const [path] of entries) assertPath(path)
  return entries.map(([path, direction]) => ({ path, direction }))
}

/**
 * The same for contacts.history, where what JavaScript takes for false asks for no order too.
 * @throws error-invalid-sort and its kin
 */
export function parseHistorySort(text: string | undefined): SortKey[] | undefined {
  const asksForNone = text !== undefined && FALSE_TEXTS.has(text.trim())
  return asksForNone ? undefined : parseSort(text)
}

const FALSE_TEXTS: ReadonlySet<string> = new Set(['null', '0', '-0', 'false', '""'])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw errors.sortInvalid({ text }, error)
  }
}

function assertPath(path: string): void {
  if (path === '') throw errors.sortPathEmpty()
  if (path.endsWith('.')) throw errors.sortPathEndsWithDot()
  const parts = path.split('.')
  if (parts.includes('')) throw errors.sortPathPartEmpty()
  if (parts.some((part) => part.startsWith('$'))) throw errors.sortPathDollar()
}

/** The order of users that a parsed `sort` asks for, in Omnidex's names. */
export function userSort(order: readonly SortKey[] | undefined): { field: string; direction: 1 | -1 }[] {
  return (order ?? []).map(({ path, direction }) => ({ field: USER_FIELDS[path] ?? path, direction }))
}

const USER_FIELDS: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  _id: 'id',
  _updatedAt: 'updatedAt',
  'emails.address': 'email',
})
