// Request bodies, told apart by their content type as Rocket.Chat does (contract 2.1).

import { parseJson } from '../transfer/json.ts'

/**
 * What handlers get for a body. Text that is neither JSON nor a form becomes an object that no schema accepts.
 * @throws invalid-json, json-too-deep, json-lone-surrogate
 */
export function parseBody(contentType: string, bytes: Buffer): unknown {
  if (bytes.length === 0 || contentType.includes('multipart/form-data')) return {}
  if (contentType.includes('application/json')) return parseJson(bytes)
  if (contentType.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(bytes.toString()))
  }
  return { 0: bytes.toString('utf8', 0, 1) }
}
