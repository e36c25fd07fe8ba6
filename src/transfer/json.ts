// JSON as it is let in, from a request's body or a line of a file: bytes that are UTF-8, text that is JSON, not nested
// beyond reason, strings that every store can keep as they are.

import { errors } from '../errors.ts'

/** Levels of arrays and objects inside each other; a contact has five. */
export const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * @throws invalid-json, json-too-deep, json-lone-surrogate
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  const value = parse(text)
  assertShallow(value)
  // Nothing but an escape can make half a surrogate pair: UTF-8 has no form for it.
  if (text.includes('\\u')) assertWellFormed(value)
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    throw errors.invalidJson(undefined, error)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw errors.invalidJson(undefined, error)
  }
}

function assertShallow(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === MAX_DEPTH) throw errors.jsonTooDeep({ most: MAX_DEPTH })
  // On the path of every line of an import: Object.values would make a list for each object.
  if (Array.isArray(value)) for (const item of value) assertShallow(item, depth + 1)
  else for (const key in value) assertShallow((value as Record<string, unknown>)[key], depth + 1)
}

/** Half a surrogate pair has no UTF-8 form: a store would put another character in its place. */
function assertWellFormed(value: unknown): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw errors.jsonLoneSurrogate()
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    assertWellFormed(key)
    assertWellFormed(member)
  }
}
