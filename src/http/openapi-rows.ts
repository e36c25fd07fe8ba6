// A schema as rows of a table: one for each member, the members of members after it, as `emails[].address`.

import type { OpenApiDocument } from './openapi.ts'
import { branchesOf, isRequired, membersOf } from './openapi-schema.ts'
import type { JsonSchema } from './validation.ts'

export interface SchemaRow {
  /** Where the value stands; empty for a value that is no member. */
  readonly name: string
  readonly type: string
  /** What a value must obey beside its type. */
  readonly rules: readonly string[]
  readonly required: boolean
  readonly description: string
}

type Document = Pick<OpenApiDocument, 'components'>

/** Rows of an object's members, or one row for any other value. */
export function schemaRows(document: Document, schema: JsonSchema): SchemaRow[] {
  const rows = memberRows(document, schema, '')
  return rows.length > 0 ? rows : [rowOf(document, '', schema, false)]
}

function memberRows(document: Document, reference: JsonSchema, path: string): SchemaRow[] {
  const schema = resolved(document, reference)
  const own = membersOf(schema).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [rowOf(document, at, member, isRequired(schema, name)), ...memberRows(document, member, at)]
  })
  const items =
    schema.items === undefined ? [] : memberRows(document, schema.items as JsonSchema, `${path}[]`)
  const branches = branchesOf(schema).map((branch) => memberRows(document, branch, path))
  return [...own, ...items, ...merged(branches)]
}

/** Members of alternatives: only those that all of them require are required. */
function merged(branches: readonly (readonly SchemaRow[])[]): SchemaRow[] {
  const byName = Map.groupBy(branches.flat(), ({ name }) => name)
  return [...byName.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, required: others.length + 1 === branches.length && [first, ...others].every(needed) }],
  )
}

function needed({ required }: SchemaRow): boolean {
  return required
}

function rowOf(document: Document, name: string, reference: JsonSchema, required: boolean): SchemaRow {
  const schema = resolved(document, reference)
  const { description = '' } = { ...schema, ...reference } as { description?: string }
  return { name, type: typeOf(document, schema), rules: rulesOf(schema), required, description }
}

function resolved({ components }: Document, schema: JsonSchema): JsonSchema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  return components.schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}
}

function typeOf(document: Document, reference: JsonSchema): string {
  const schema = resolved(document, reference)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(document, (schema.items ?? {}) as JsonSchema)}`
  const branches = new Set(branchesOf(schema).map((branch) => typeOf(document, branch)))
  if (branches.size > 0) return [...branches].join(' or ')
  if (schema.format === 'date-time') return 'date and time'
  return [schema.type ?? 'anything'].flat().join(' or ')
}

function rulesOf({ pattern, minimum, uniqueItems, contentMediaType }: JsonSchema): string[] {
  return [
    contentMediaType === 'application/json' && 'JSON text',
    pattern === '\\S' && 'not blank',
    pattern !== undefined && pattern !== '\\S' && `matches \`${pattern}\``,
    minimum !== undefined && `at least ${minimum}`,
    uniqueItems === true && 'no two alike',
  ].filter((rule) => rule !== false)
}
