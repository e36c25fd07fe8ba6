// Contacts and other records as the JSON text that every store keeps.

import { isDeepStrictEqual } from 'node:util'

/** A document that a store wrote, therefore of the type it was written from. */
export function parse<T>(document: string): T {
  return JSON.parse(document) as T
}

/**
 * The same text in nearly every case. Where it is not, the order of members decides nothing, and members that are
 * `undefined` are not there: hence both are compared as they read from JSON.
 */
export function isSameDocument(stored: string, given: string): boolean {
  return stored === given || isDeepStrictEqual(JSON.parse(stored), JSON.parse(given))
}
