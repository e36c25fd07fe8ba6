// What MongoDB writes, as plain JSON values: BSON's types and Extended JSON (relaxed and canonical) alike. Ids and numbers as they
// read, dates as ISO 8601.

import { errors } from '../errors.ts'
import { MAX_DEPTH } from './json.ts'

/** @throws json-too-deep, document-invalid for what is no date or number though it says so */
export function plainOf(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) throw errors.jsonTooDeep({ most: MAX_DEPTH })
  if (value instanceof Date) return dateOf(value)
  if (Array.isArray(value)) return value.map((item) => plainOf(item, depth + 1))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  const { _bsontype } = value as { _bsontype?: string }
  if (typeof _bsontype === 'string') return plainBson(value as BsonValue, depth)
  const entries = Object.entries(value)
  const [first] = entries
  if (first?.[0].startsWith('$')) return plainExtended(entries, depth)
  return Object.fromEntries(entries.map(([key, member]) => [key, plainOf(member, depth + 1)]))
}

interface BsonValue {
  readonly _bsontype: string
  readonly value?: unknown
  readonly buffer?: Uint8Array
  toString(): string
}

function plainBson(value: BsonValue, depth: number): unknown {
  switch (value._bsontype) {
    case 'Double':
    case 'Int32':
      return Number(value.value)
    case 'Long':
    case 'Decimal128':
      return Number(value.toString())
    case 'ObjectId':
      return value.toString()
    case 'Binary':
      return Buffer.from(value.buffer ?? []).toString('base64')
    case 'BSONSymbol':
      return String(value.value)
    case 'MinKey':
    case 'MaxKey':
    case 'Timestamp':
      return null
    default:
      return plainOf({ ...value, _bsontype: undefined }, depth + 1)
  }
}

/** An object whose first member begins with a dollar sign stands for a value of another type. */
function plainExtended(entries: readonly (readonly [string, unknown])[], depth: number): unknown {
  const [[name, value] = ['', undefined]] = entries
  switch (name) {
    case '$oid':
    case '$symbol':
    case '$uuid':
      return String(value)
    case '$date':
      return dateOf(new Date(millisecondsOf(value)))
    case '$numberInt':
    case '$numberLong':
    case '$numberDouble':
    case '$numberDecimal':
      return numberOf(value)
    case '$binary':
      return (value as { base64?: unknown } | undefined)?.base64 ?? value
    case '$undefined':
    case '$minKey':
    case '$maxKey':
    case '$timestamp':
      return null
    default:
      return Object.fromEntries(entries.map(([key, member]) => [key, plainOf(member, depth + 1)]))
  }
}

function millisecondsOf(value: unknown): string | number {
  if (typeof value === 'object' && value !== null && '$numberLong' in value)
    return numberOf(value.$numberLong)
  return typeof value === 'number' ? value : String(value)
}

function numberOf(value: unknown): number {
  const number = Number(value)
  if (typeof value !== 'string' || Number.isNaN(number)) {
    throw errors.documentInvalid({ reason: 'a number in it is not one' })
  }
  return number
}

function dateOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw errors.documentInvalid({ reason: 'a date in it is not one' })
  return date.toISOString()
}
