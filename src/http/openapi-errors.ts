// Which errors a route may answer with, as OpenAPI responses: one for each status, with an example for each code that is
// the very envelope errors.ts would send.

import { type ErrorMaker, errors, type OmnidexError } from '../errors.ts'
import { errorEnvelope } from './errors.ts'
import type { Response } from './openapi.ts'
import { object } from './replies.ts'
import type { Route } from './route.ts'
import { type JsonSchema, ValidationError } from './validation.ts'

const text = { type: 'string' }
const failed = { const: false }

/** The envelopes of contract 2.4, by name. */
export const ENVELOPES: Readonly<Record<string, JsonSchema>> = {
  NotLoggedIn: object({ status: { const: 'error' }, message: text }),
  LoginFailed: object({ success: failed, error: text, status: { const: 'error' }, message: text }),
  BareError: object({ success: failed }),
  PlainError: object({ success: failed, error: text }),
  CodedError: object({ success: failed, error: text, errorType: text }, { details: { type: 'object' } }),
}

/** Errors of the connection or of the server, which any endpoint may answer with. */
const ANYWHERE = ['bad-request', 'request-timeout', 'headers-too-large', 'internal']

/** What a `sort` that is not right leads to, beside `error-invalid-sort`. */
const BAD_SORT = [
  'sort-not-an-object',
  'sort-path-empty',
  'sort-path-ends-with-dot',
  'sort-path-part-empty',
  'sort-path-dollar',
  'sort-too-many-keys',
]

/** Responses by status, in order, and `default` for errors of any endpoint. */
export function errorResponses(route: Route): Record<string, Response> {
  const byStatus = Map.groupBy(routeErrors(route), ({ status }) => status)
  return {
    ...Object.fromEntries([...byStatus].map(([status, errors]) => [String(status), responseOf(errors)])),
    default: brokenResponse(),
  }
}

function routeErrors(route: Route): OmnidexError[] {
  const invalid = (route.query ?? route.body) ? [invalidParams(route)] : []
  return [...invalid, ...new Set(errorCodes(route))].map((error) =>
    typeof error === 'string' ? sampleOf(error) : error,
  )
}

function errorCodes({ admission, method, errors = [] }: Route): string[] {
  return [
    ...FIRST[typeof admission === 'string' ? admission : 'login'],
    ...(typeof admission === 'string' ? [] : [refusalOf(admission)]),
    'error-too-many-requests',
    'invalid-query',
    ...(method === 'GET' ? [] : ['invalid-json', 'json-too-deep', 'json-lone-surrogate', 'body-too-large']),
    ...errors,
    ...(errors.includes('error-invalid-sort') ? BAD_SORT : []),
    ...(method === 'GET' ? [] : ['store-busy']),
  ]
}

/** What somebody is told whom nobody knows. */
const FIRST = { public: [], intake: ['intake-secret-wrong'], login: ['not-logged-in'] }

function refusalOf(admission: Exclude<Route['admission'], string>): string {
  return 'permissions' in admission ? 'error-unauthorized' : 'unauthorized'
}

function invalidParams({ query, errorStyle = 'legacy' }: Route): ValidationError {
  const message = query?.json.plainNumbers ? 'must be number' : 'must NOT have additional properties'
  return new ValidationError([message], query === undefined ? 'body' : 'query', errorStyle)
}

const makers = new Map(
  (Object.values(errors) as unknown as ErrorMaker<object>[]).map((make) => [make.definition.code, make]),
)

/** What the messages of errors may be filled with. */
const VALUES = {
  label: 'Social number',
  key: 'social-number',
  reason: 'Invalid regular expression: /(/: Unterminated group',
  text: 'name',
  value: 1,
  most: 16,
  maxBytes: 1_048_576,
  seconds: 5,
  username: 'jane',
  email: 'jane@example.com',
  ids: ['social-number', 'city'],
  columns: ['Ort', 'Land'],
  missing: [],
  name: 'the upload',
}

/** @throws Error when there is no such code */
function sampleOf(code: string): OmnidexError {
  const make = makers.get(code)
  if (make === undefined) throw new Error(`errors.ts has no error ${code}`)
  return make(VALUES)
}

function responseOf(errors: readonly OmnidexError[], summaryOf = messageOf): Response {
  const names = [...new Set(errors.map(envelopeName))]
  const schemas = names.map((name) => ({ $ref: `#/components/schemas/${name}` }))
  const [only = {}] = schemas
  return {
    description: DESCRIPTIONS[errors[0]?.status ?? 0] ?? 'Refused',
    ...(errors.some(({ status }) => status === 429 || status === 503) && { headers: RETRY_HEADER }),
    content: {
      'application/json': {
        schema: schemas.length === 1 ? only : { anyOf: schemas },
        examples: Object.fromEntries(
          errors.map((error) => [error.code, exampleFor(error, summaryOf(error))]),
        ),
      },
    },
  }
}

export const RETRY_HEADER = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not right',
  401: 'Nobody is known to call',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Others are writing the same',
  413: 'The body is too large',
  429: 'Too many requests',
  503: 'Not now',
  507: 'No room',
}

/** The response to errors of many statuses: its examples name them. */
function brokenResponse(): Response {
  const { content } = responseOf(ANYWHERE.map(sampleOf), ({ status, message }) => `${status}: ${message}`)
  return { description: 'The request or the server is broken', content }
}

function exampleFor(error: OmnidexError, summary: string) {
  const { hint: description } = error
  return { summary, ...(description && { description }), value: errorEnvelope(error) }
}

function messageOf({ message }: OmnidexError): string {
  return message
}

function envelopeName(error: OmnidexError): string {
  const envelope = errorEnvelope(error)
  const fitting = Object.entries(ENVELOPES).find(([, { properties, required }]) => {
    const members = Object.keys(envelope)
    const known = Object.keys(properties as object)
    return (
      (required as string[]).every((name) => members.includes(name)) &&
      members.every((name) => known.includes(name))
    )
  })
  if (fitting === undefined) throw new Error(`no envelope is like that of ${error.code}`)
  return fitting[0]
}
