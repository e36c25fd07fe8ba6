// JSON schemas as the validator has them, to those of OpenAPI 3.1 (JSON Schema 2020-12): AJV's and our own keywords are
// said in standard ones, named schemas move to the components, and examples are put together.

import type { JsonSchema } from './validation.ts'

/** Named schemas, to point at from everywhere. */
export type Components = Record<string, JsonSchema>

/** The schema in standard keywords; it says of checked and coerced values what the original says. */
export function toStandard(schema: JsonSchema): JsonSchema {
  return mapSchema(schema, withStandardKeywords)
}

/**
 * A reference to the schema, which goes to the components together with every schema inside it that has a title.
 * @throws Error when two different schemas have one name
 */
export function asComponent(components: Components, name: string, schema: JsonSchema): JsonSchema {
  const { title = name } = schema
  return mapSchema({ ...schema, title }, (part) => {
    if (typeof part.title !== 'string') return part
    const known = components[part.title]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(part)) {
      throw new Error(`two schemas are called ${part.title}`)
    }
    components[part.title] = part
    return { $ref: `#/components/schemas/${part.title}` }
  })
}

/** A value that passes the schema, made of the examples in it. Optional members without one are left out. */
export function exampleOf(schema: JsonSchema): unknown {
  const [example] = (schema.examples as readonly unknown[] | undefined) ?? []
  if (example !== undefined) return example
  if ('const' in schema) return schema.const
  const [choice] = branchesOf(schema)
  if (choice !== undefined) return exampleOf(choice)
  switch ([schema.type].flat()[0]) {
    case 'object':
      return exampleObject(schema)
    case 'array':
      return [exampleOf((schema.items ?? {}) as JsonSchema)]
    case 'boolean':
      return false
    case 'integer':
      return 0
    default:
      return (schema.enum as readonly unknown[] | undefined)?.[0] ?? 'text'
  }
}

/** The members of an object schema, in its order. */
export function membersOf({ properties = {} }: JsonSchema): [name: string, schema: JsonSchema][] {
  return Object.entries(properties as Record<string, JsonSchema>)
}

export function isRequired({ required = [] }: JsonSchema, member: string): boolean {
  return (required as readonly string[]).includes(member)
}

/** The schemas of which a value passes one. */
export function branchesOf({ oneOf, anyOf }: JsonSchema): readonly JsonSchema[] {
  return (oneOf ?? anyOf ?? []) as readonly JsonSchema[]
}

function exampleObject(schema: JsonSchema): object {
  const shown = membersOf(schema).filter(([name, member]) => isRequired(schema, name) || hasExample(member))
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleOf(member)]))
}

function hasExample(schema: JsonSchema): boolean {
  return (
    'examples' in schema || 'const' in schema || membersOf(schema).some(([, member]) => hasExample(member))
  )
}

type Change = (schema: JsonSchema) => JsonSchema

/** The schema with a change made to every schema in it, from the inside out. */
function mapSchema(schema: JsonSchema, change: Change): JsonSchema {
  const inside = (part: unknown) => mapSchema(part as JsonSchema, change)
  const all = (parts: unknown) => (parts as readonly unknown[]).map(inside)
  return change({
    ...schema,
    ...('properties' in schema && {
      properties: Object.fromEntries(membersOf(schema).map(([name, member]) => [name, inside(member)])),
    }),
    ...('items' in schema && { items: inside(schema.items) }),
    ...('oneOf' in schema && { oneOf: all(schema.oneOf) }),
    ...('anyOf' in schema && { anyOf: all(schema.anyOf) }),
  })
}

function withStandardKeywords({ booleansInAnyCase, ...schema }: JsonSchema): JsonSchema {
  const { nullable, isNotEmpty, plainNumbers = [], format, ...rest } = schema
  return {
    ...rest,
    ...(nullable === true && { type: [rest.type, 'null'].flat() }),
    ...(isNotEmpty === true && { pattern: '\\S' }),
    ...(format !== undefined && standardFormat(format)),
    ...('properties' in rest && { properties: withIntegers(rest, plainNumbers as readonly string[]) }),
  }
}

/** `basic_email` leaves nothing for `isNotEmpty` to forbid. */
function standardFormat(format: unknown): JsonSchema {
  return format === 'basic_email' ? { pattern: '^[^@]+@[^@]+$' } : { format }
}

/** Fractions pass and are cut off; whoever reads the documentation should not send any. */
function withIntegers(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return Object.fromEntries(
    membersOf(schema).map(([name, member]) => [
      name,
      names.includes(name) ? { ...member, type: 'integer' } : member,
    ]),
  )
}
