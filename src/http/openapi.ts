// The API's description in OpenAPI 3.1, made from the routes and the schemas that the server itself works by.

import { ENVELOPES, errorResponses, RETRY_HEADER } from './openapi-errors.ts'
import {
  asComponent,
  branchesOf,
  type Components,
  exampleOf,
  isRequired,
  membersOf,
  toStandard,
} from './openapi-schema.ts'
import { object } from './replies.ts'
import type { Admission, Route } from './route.ts'
import type { JsonSchema } from './validation.ts'

/** Routes that belong together. */
export interface RouteFamily {
  readonly name: string
  readonly description: string
  readonly routes: readonly Route[]
}

export interface OpenApiOptions {
  readonly version: string
  /** How clients reach this server, without a slash at the end. */
  readonly rootUrl: string
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly Requirement[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Components; readonly securitySchemes: object }
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  /** One of them suffices; none at all when anybody may call. */
  readonly security: readonly Requirement[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>
}

/** Headers to send, by the name of their scheme, with the permissions to hold. */
export type Requirement = Readonly<Record<string, readonly string[]>>

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
  readonly example?: unknown
}

export interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>
  readonly content: Content
}

/** By media type. */
export type Content = Readonly<Record<string, Media>>

export interface Media {
  readonly schema: JsonSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, Example>>
}

export interface Example {
  readonly summary: string
  readonly description?: string
  readonly value: unknown
}

const API = '/api/v1/'
const JSON_TYPE = 'application/json'

const DESCRIPTION = `Find customers by any fragment of a name, an e-mail address or a phone number, with the exact total; and keep them. It speaks Rocket.Chat's omnichannel contacts API.

Send \`X-User-Id\` and \`X-Auth-Token\` with every request, unless anybody may call. You get them from \`login\`, as a personal access token, or from \`omnidex token create\`. Encode what stands in the address: \`+\` is \`%2B\`, \`@\` is \`%40\`.

Replies are JSON, and nothing caches them. Every \`GET\` that changes nothing may be asked with \`HEAD\`. An address that is not here answers 404 with the plain text \`404 Not Found\`, whatever the method. Replies to users who are held to a rate tell it in \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\` and \`X-RateLimit-Reset\` (unix milliseconds).`

/**
 * The whole description.
 * @throws Error when routes contradict each other: an unknown error code, two schemas of one name
 */
export function openApiDocument(
  families: readonly RouteFamily[],
  { version, rootUrl }: OpenApiOptions,
): OpenApiDocument {
  const schemas: Components = { ...ENVELOPES }
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { name, routes } of families) {
    for (const route of routes) {
      const path = API + route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, name, schemas) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Omnidex', version, description: DESCRIPTION },
    servers: [{ url: rootUrl }],
    security: [loginWith([])],
    tags: [...families.map(({ name, description }) => ({ name, description })), OPERATIONS_TAG],
    paths: { ...paths, ...OPERATIONS },
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  }
}

function operationOf(route: Route, tag: string, components: Components): Operation {
  const operationId = idOf(route)
  const description = descriptionOf(route)
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    ...(description && { description }),
    security: securityOf(route.admission),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query?.json)],
    ...(route.takesFile && {
      requestBody: {
        required: true,
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: jsonContent(toStandard(route.body.json), `${titled(operationId)}Body`, components),
      },
    }),
    responses: {
      200: {
        description: 'Done',
        content: {
          ...jsonContent(toStandard(route.reply), `${titled(operationId)}Reply`, components),
          ...Object.fromEntries(
            (route.otherReplies ?? []).map((type) => [type, { schema: { type: 'string' } }]),
          ),
        },
      },
      ...errorResponses(route),
    },
  }
}

function jsonContent(schema: JsonSchema, name: string, components: Components): Content {
  return { [JSON_TYPE]: { schema: asComponent(components, name, schema), example: exampleOf(schema) } }
}

/** As `getOmnichannelContactsSearch`, or `getLivechatUsersAgentById`. */
function idOf({ method, path }: Route): string {
  const words = path.replace(/:(\w)/g, 'by.$1').split(/[^a-zA-Z]+/)
  return method.toLowerCase() + words.map(titled).join('')
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** What the route says of itself, who may call it, and which of its parameters exclude each other. */
function descriptionOf({ description, admission, query, body }: Route): string {
  const choices = branchesOf((query ?? body)?.json ?? {}).flatMap(({ required }) => required as string[])
  return [
    description,
    admissionText(admission),
    choices.length > 0 && `Send exactly one of ${codeList(choices, 'and')}.`,
  ]
    .filter(Boolean)
    .join(' ')
}

function admissionText(admission: Admission): string {
  if (admission === 'public') return 'Anybody may call it.'
  if (admission === 'intake')
    return 'Anybody may call it, or whoever knows the intake secret where there is one; counted for each address.'
  if (admission === 'login') return 'Login required.'
  return 'permissions' in admission
    ? `Permission required: ${codeList(admission.permissions, 'and')}.`
    : `Permission required: ${codeList(admission.anyPermission, 'or')}.`
}

function codeList(names: readonly string[], conjunction: string): string {
  const [last, ...others] = names.map((name) => `\`${name}\``).reverse()
  return others.length === 0 ? `${last}` : `${others.reverse().join(', ')} ${conjunction} ${last}`
}

function securityOf(admission: Admission): Requirement[] {
  if (admission === 'public') return []
  if (admission === 'intake') return [{}, { intakeSecret: [] }]
  if (admission === 'login') return [loginWith([])]
  return 'permissions' in admission
    ? [loginWith(admission.permissions)]
    : admission.anyPermission.map((permission) => loginWith([permission]))
}

/** OpenAPI 3.1 lets a requirement name roles for any scheme; ours are permissions. */
function loginWith(permissions: readonly string[]): Requirement {
  return { authToken: permissions, userId: permissions }
}

const SECURITY_SCHEMES = {
  authToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'The secret of the caller.' },
  intakeSecret: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Omnidex-Intake-Secret',
    description: 'What whoever brings conversations must know, where the server asks for it.',
  },
  userId: { type: 'apiKey', in: 'header', name: 'X-User-Id', description: 'The id of the caller.' },
}

const PARAMETERS: Readonly<Record<string, string | undefined>> = {
  token: 'What the visitor is recognised by.',
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name] ?? (name === 'id' ? idMeaning(path) : `Any other ${name}.`),
    schema: { type: 'string' },
  }))
}

function idMeaning(path: string): string {
  return `Id of the ${path.includes('users') ? 'user' : 'custom field'}.`
}

function queryParameters(json: JsonSchema = {}): Parameter[] {
  const schema = toStandard(json)
  const [first = schema, ...others] = branchesOf(schema)
  const branches = [first, ...others]
  const members = new Map(branches.flatMap(membersOf))
  return [...members].map(([name, member]) => {
    const { description, examples, ...rest } = member as JsonSchema & {
      description?: string
      examples?: unknown[]
    }
    return {
      name,
      in: 'query',
      required: branches.every((branch) => isRequired(branch, name)),
      ...(description && { description }),
      schema: rest,
      ...(examples && { example: examples[0] }),
    }
  })
}

const OPERATIONS_TAG = {
  name: 'Operation',
  description: 'For those who run the server. Anybody may call these.',
}

/** The routes of operations.ts. */
const OPERATIONS: OpenApiDocument['paths'] = {
  '/health': {
    get: operation('getHealth', 'Whether the process lives', { 200: statusReply('ok', 'It does') }),
  },
  '/ready': {
    get: operation('getReady', 'Whether searches are answered', {
      200: statusReply('ready', 'They are'),
      503: {
        ...statusReply('not ready', 'What searches need is still being made, or the database is away'),
        headers: RETRY_HEADER,
      },
    }),
  },
  '/metrics': {
    get: operation('getMetrics', 'What Prometheus collects', {
      200: { description: 'Done', content: { 'text/plain': { schema: { type: 'string' } } } },
    }),
  },
}

function operation(operationId: string, summary: string, responses: Operation['responses']): Operation {
  return { operationId, tags: [OPERATIONS_TAG.name], summary, security: [], parameters: [], responses }
}

function statusReply(status: string, description: string): Response {
  const schema = object({ status: { const: status } })
  return { description, content: { [JSON_TYPE]: { schema, example: { status } } } }
}
