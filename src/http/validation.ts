// Requests against their schemas, with AJV set up as Rocket.Chat sets it up, since its messages are the contract
// (contract 2.5), and the keywords that the schemas in wire.ts use beside the standard ones.

import { Ajv, type ErrorObject, type Options } from 'ajv'
import { errors, OmnidexError } from '../errors.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** A JSON schema that tells TypeScript what passes it. */
export interface Schema<T> {
  readonly json: JsonSchema
  /** Never there at run time: carries the type. */
  readonly type?: T
}

export function schema<T>(json: JsonSchema): Schema<T> {
  return { json }
}

/** Where a value stands in the request; queries are text and are coerced harder. */
export type Place = 'query' | 'body'

/** Rocket.Chat's older routes and its newer ones (`typed`) answer the same mistake differently. */
export type ErrorStyle = 'legacy' | 'typed'

export class ValidationError extends OmnidexError {
  readonly typed: boolean
  override readonly errorType: string

  constructor(messages: readonly string[], place: Place, style: ErrorStyle) {
    super(errors.invalidParams.definition, messages.join(style === 'typed' ? '\n' : '\n '))
    this.typed = style === 'typed'
    this.errorType = style === 'typed' && place === 'query' ? 'error-invalid-params' : 'invalid-params'
  }
}

const OPTIONS: Options = { allErrors: false, useDefaults: false, strictTypes: false, strictRequired: false }

const compilers: Record<Place, Ajv> = {
  query: withKeywords(new Ajv({ ...OPTIONS, coerceTypes: 'array' })),
  body: withKeywords(new Ajv({ ...OPTIONS, coerceTypes: true })),
}

/**
 * A function that checks a value and coerces its members in place.
 * @throws ValidationError from the function it returns
 */
export function validator<T>(schema: Schema<T>, place: Place, style: ErrorStyle): (value: unknown) => T {
  const valid = compilers[place].compile<T>(schema.json)
  return (value) => {
    if (valid(value)) return value
    throw new ValidationError(messagesOf(valid.errors), place, style)
  }
}

function messagesOf(errors: readonly ErrorObject[] | null | undefined): string[] {
  return (errors ?? []).map(({ message }) => message ?? 'is not valid')
}

function withKeywords(ajv: Ajv): Ajv {
  ajv.addFormat('basic_email', /^[^@]+@[^@]+$/)
  ajv.addKeyword({
    keyword: 'isNotEmpty',
    type: 'string',
    validate: (_: unknown, text: string) => /\S/.test(text),
  })
  ajv.addKeyword({ keyword: 'plainNumbers', type: 'object', before: 'properties', validate: plainNumbers })
  ajv.addKeyword({
    keyword: 'booleansInAnyCase',
    type: 'object',
    before: 'properties',
    validate: lowerBooleans,
  })
  return ajv
}

type QueryObject = Record<string, unknown>

/** Numbers as people write them: AJV alone would also take `1e3` and `Infinity`. */
function plainNumbers(members: readonly string[], query: QueryObject): boolean {
  const hasOdd = members.some((member) => isOdd(query[member]))
  // A new list for each mistake, since AJV writes into it.
  if (hasOdd) plainNumbers.errors = [{ message: 'must be number' }]
  return !hasOdd
}
plainNumbers.errors = [] as { message: string }[]

function isOdd(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isOddNumber) : isOddNumber(value)
}

function isOddNumber(value: unknown): boolean {
  if (typeof value !== 'string' || /^\d{1,15}$/.test(value)) return false
  return /infinity/i.test(value) || /^[^x]*e/i.test(value.trim()) || isHuge(value)
}

/** More digits than a number can hold: it would arrive as Infinity. */
function isHuge(value: string): boolean {
  return Math.abs(Number(value)) === Number.POSITIVE_INFINITY
}

/** `True`, as the documented example has it, is as good as `true`. */
function lowerBooleans(members: readonly string[], query: QueryObject): boolean {
  for (const member of members) {
    const value = query[member]
    if (value !== undefined)
      query[member] = Array.isArray(value) ? value.map(lowerBoolean) : lowerBoolean(value)
  }
  return true
}

function lowerBoolean(value: unknown): unknown {
  return typeof value === 'string' && /^(true|false)$/i.test(value) ? value.toLowerCase() : value
}
