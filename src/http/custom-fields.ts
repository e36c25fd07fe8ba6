// Definitions of custom fields (contract 3.13).

import type { CustomField, CustomFieldInput } from '../custom-fields.ts'
import { pageOf } from './page.ts'
import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import { parseSort } from './sort.ts'
import * as wire from './wire-access.ts'

const view = { permissions: ['view-l-room'] }
const manage = { permissions: ['view-livechat-manager'] }

export function customFieldRoutes({ customFields, counts }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'livechat/custom-fields',
      summary: 'List the custom fields',
      admission: view,
      query: wire.customFieldsList,
      reply: replies.customFieldsList,
      errors: ['error-invalid-sort'],
      handler: async ({ query: { text = '', sort, ...query } }) => {
        const { offset, count } = pageOf(query, counts)
        const fitting = (await customFields.list()).map(presentField).filter((field) => mentions(field, text))
        const page = sorted(fitting, parseSort(sort)).slice(offset, offset + count)
        return { customFields: page, count: page.length, offset, total: fitting.length }
      },
    }),
    route({
      method: 'GET',
      path: 'livechat/custom-fields/:id',
      summary: 'Read one custom field',
      admission: view,
      reply: replies.customFieldsGet,
      handler: async ({ params }) => {
        const field = await customFields.get(params.id ?? '')
        return { customField: field === undefined ? null : presentField(field) }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/custom-fields.save',
      summary: 'Define a custom field, or change its definition',
      admission: manage,
      body: wire.customFieldsSave,
      errorStyle: 'typed',
      reply: replies.customFieldsSave,
      errors: ['custom-field-unknown', 'custom-field-exists', 'custom-field-regexp-invalid'],
      handler: async ({ body: { customFieldId, customFieldData } }) => {
        if (!customFieldId)
          return { customField: presentField(await customFields.create(inputOf(customFieldData))) }
        const input = inputOf({ ...customFieldData, field: customFieldId })
        const { _id, ...saved } = presentField(await customFields.replace(input))
        return { customField: saved }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/custom-fields.delete',
      summary: 'Remove the definition of a custom field; values that contacts have stay',
      admission: manage,
      body: wire.customFieldsDelete,
      errorStyle: 'typed',
      reply: replies.done,
      errors: ['custom-field-not-found'],
      handler: async ({ body }) => {
        await customFields.delete(body.customFieldId)
        return {}
      },
    }),
  ]
}

type FieldDocument = Readonly<Record<string, unknown>> & { readonly _id: string; readonly label: string }

function presentField({
  id,
  label,
  scope,
  visibility,
  updatedAt,
  extra,
  ...rest
}: CustomField): FieldDocument {
  return { label, scope, visibility, ...rest, ...extra, _id: id, _updatedAt: updatedAt }
}

function inputOf(data: wire.CustomFieldData): CustomFieldInput {
  const { field, label, scope, visibility, regexp, required, ...extra } = data
  return {
    id: field,
    label,
    scope,
    visibility,
    ...(regexp === undefined ? {} : { regexp }),
    ...(required === undefined ? {} : { required }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function mentions(field: FieldDocument, text: string): boolean {
  return [field._id, field.label].some((value) => value.toLowerCase().includes(text.toLowerCase()))
}

function sorted(fields: readonly FieldDocument[], order: ReturnType<typeof parseSort>): FieldDocument[] {
  const keys = order?.length ? order : [{ path: 'label', direction: 1 }]
  return fields.toSorted((a, b) => {
    for (const { path, direction } of keys) {
      const [left, right] = [String(a[path] ?? ''), String(b[path] ?? '')]
      if (left !== right) return (left < right ? -1 : 1) * direction
    }
    return 0
  })
}
