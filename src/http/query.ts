// The query string, parsed as Rocket.Chat parses it (contract 2.1).

import { parse } from 'qs'
import { errors } from '../errors.ts'

/**
 * What stands behind the first `?` of a request's address, up to a second one.
 * @throws invalid-query for more than 1,000 parameters, or 500 values of one
 */
export function parseQuery(address: string): Record<string, unknown> {
  const text = address.split('?', 2)[1]
  if (!text) return {}
  try {
    return parse(text, { parameterLimit: 1000, arrayLimit: 500, throwOnLimitExceeded: true })
  } catch (error) {
    throw errors.invalidQuery(undefined, error)
  }
}
