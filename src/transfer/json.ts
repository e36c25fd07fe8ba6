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
  const value = parse(bytes)
  assertStorable(value)
  return value
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    throw errors.invalidJson(undefined, error)
  }
}

function assertStorable(value: unknown, depth = 0): void {
  if (typeof value === 'string') assertWellFormed(value)
  if (typeof value !== 'object' || value === null) return
  if (depth === MAX_DEPTH) throw errors.jsonTooDeep({ most: MAX_DEPTH })
  for (const key of Object.keys(value)) {
    assertWellFormed(key)
    assertStorable((value as Record<string, unknown>)[key], depth + 1)
  }
}

/** Half a surrogate pair has no UTF-8 form: a store would put another character in its place. */
function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) throw errors.jsonLoneSurrogate()
}
