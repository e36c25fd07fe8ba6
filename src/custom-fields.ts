// Custom fields: their definitions, and the rules that values on contacts obey. Contract 4.3 in Rocket.Chat's terms.

import { createContext, Script } from 'node:vm'
import { errors } from './errors.ts'
import type { CustomField, CustomFieldStore } from './store/store.ts'

export type { CustomField }

type Values = Readonly<Record<string, unknown>>

/** Milliseconds that the check of one value may take. */
const MATCH_TIMEOUT_MS = 50

/** What an administrator gives to define a field. */
export type CustomFieldInput = Omit<CustomField, 'updatedAt'>

/** The definitions, kept in the store. */
export class CustomFields {
  readonly #store: CustomFieldStore
  readonly #now: () => Date

  constructor(store: CustomFieldStore, now: () => Date) {
    this.#store = store
    this.#now = now
  }

  list(): Promise<CustomField[]> {
    return this.#store.list()
  }

  get(id: string): Promise<CustomField | undefined> {
    return this.#store.get(id)
  }

  /**
   * Defines a new field.
   * @throws custom-field-exists, custom-field-regexp-invalid
   */
  async create(input: CustomFieldInput): Promise<CustomField> {
    const field = this.#checked(input)
    await this.#store.create(field)
    return field
  }

  /**
   * Changes a definition; values that contacts have stay as they are.
   * @throws custom-field-unknown, custom-field-regexp-invalid
   */
  async replace(input: CustomFieldInput): Promise<CustomField> {
    const field = this.#checked(input)
    if (!(await this.#store.replace(field))) throw errors.customFieldUnknown()
    return field
  }

  /**
   * Removes a definition; values that contacts have stay, as legacy values.
   * @throws custom-field-not-found
   */
  async delete(id: string): Promise<void> {
    if (!(await this.#store.delete(id))) throw errors.customFieldNotFound()
  }

  /**
   * The values a new contact may carry, trimmed.
   * @throws custom-field-invalid, custom-field-not-allowed
   */
  async validate(given: Values): Promise<Values> {
    return validateValues(await this.#store.list(), given)
  }

  /**
   * As `validate`, but values that nobody defined are left out.
   * @throws custom-field-invalid
   */
  async validateDefined(given: Values): Promise<Readonly<Record<string, string>>> {
    return definedValues((await this.#store.list()).filter(isActive), given)
  }

  /** Those of the values that a definition lets through, trimmed; the others are left out without a word. */
  async validOf(given: Values): Promise<Readonly<Record<string, string>>> {
    const active = (await this.#store.list()).filter(isActive)
    return Object.fromEntries(active.flatMap((field) => validOnly(field, given[field.id])))
  }

  /**
   * The values a contact carries after an update: those given, validated, and its legacy values, whose definition is
   * gone or hidden and which nobody may change.
   * @throws custom-field-invalid, custom-field-not-allowed
   */
  async validateUpdate(given: Values, stored: Values): Promise<Values> {
    const definitions = await this.#store.list()
    const active = new Set(definitions.filter(isActive).map(({ id }) => id))
    const legacy = Object.entries(stored).filter(([key]) => !active.has(key))
    const legacyKeys = new Set(legacy.map(([key]) => key))
    const changes = Object.entries(given).filter(([key]) => !legacyKeys.has(key))
    return Object.fromEntries([
      ...legacy,
      ...Object.entries(validateValues(definitions, Object.fromEntries(changes))),
    ])
  }

  #checked(input: CustomFieldInput): CustomField {
    if (input.regexp) assertRegexp(input.regexp)
    return { ...input, updatedAt: this.#now().toISOString() }
  }
}

/**
 * The values that the definitions let through, in the order of the definitions. A bad value is reported before a key
 * that is not defined.
 */
function validateValues(definitions: readonly CustomField[], given: Values): Values {
  const active = definitions.filter(isActive)
  const values = definedValues(active, given)
  const defined = new Set(active.map(({ id }) => id))
  for (const key of Object.keys(given)) if (!defined.has(key)) throw errors.customFieldNotAllowed({ key })
  return values
}

function definedValues(active: readonly CustomField[], given: Values): Readonly<Record<string, string>> {
  const values = active.flatMap((field) => {
    const value = validateValue(field, Object.hasOwn(given, field.id) ? given[field.id] : undefined)
    return value === undefined ? [] : [[field.id, value] as const]
  })
  return Object.fromEntries(values)
}

function validOnly(field: CustomField, given: unknown): (readonly [id: string, value: string])[] {
  try {
    const value = validateValue({ ...field, required: false }, given)
    return value === undefined ? [] : [[field.id, value]]
  } catch {
    return []
  }
}

function validateValue(field: CustomField, given: unknown): string | undefined {
  const value = typeof given === 'string' ? given.trim() : ''
  const invalid = () => errors.customFieldInvalid({ label: field.label || field.id })
  if (value === '') {
    if (field.required) throw invalid()
    return undefined
  }
  if (field.regexp && !matches(field, value)) throw invalid()
  return value
}

/** A context of its own for the expressions that administrators write: only there can one be stopped. */
const sandbox = createContext(Object.create(null))
const test = new Script('new RegExp(regexp).test(value)')

/**
 * Whether the value matches the field's expression. Some expressions take ages on some values (`^(a+)+$` doubles with
 * every letter) and would hold up everybody else.
 */
function matches(field: CustomField, value: string): boolean {
  Object.assign(sandbox, { regexp: field.regexp, value })
  try {
    return test.runInContext(sandbox, { timeout: MATCH_TIMEOUT_MS })
  } catch (error) {
    throw errors.customFieldRegexpSlow({ label: field.label || field.id }, error)
  }
}

/** Only visible fields of visitors are checked; the others are as if they were not defined. */
export function isActive(field: CustomField): boolean {
  return field.scope === 'visitor' && field.visibility !== 'hidden'
}

function assertRegexp(regexp: string): void {
  try {
    new RegExp(regexp)
  } catch (error) {
    throw errors.customFieldRegexpInvalid({ reason: (error as Error).message }, error)
  }
}
