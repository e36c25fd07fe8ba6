// Visitors as those who work here know them: Rocket.Chat's older endpoints, which call them contacts (contract 3.11).

import { errors } from '../errors.ts'
import type { Visitor } from '../visitor.ts'
import { presentVisitor } from './present-room.ts'
import * as replies from './replies-conversations.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-conversations.ts'

const view = { permissions: ['view-l-room'] }

export function knownVisitorRoutes({ intake, access, customFields }: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: 'omnichannel/contact',
      summary: 'Save a visitor: found by token, else by e-mail address, else made',
      admission: view,
      body: wire.contactSave,
      reply: replies.contactSaved,
      errors: [
        'error-invalid-contact-data',
        'custom-field-invalid',
        'visitor-manager-unknown',
        'error-invalid-contact-manager',
        'contact-busy',
      ],
      handler: async ({ body: { contactManager, customFields: given = {}, ...details } }) => {
        if (details.token.trim() === '') throw errors.visitorContactInvalid()
        const managerUsername = await managerOf(contactManager?.username)
        const values = await customFields.validateDefined(given)
        const visitor = await intake.visitors.save({ ...details, customFields: values, managerUsername })
        return { contact: visitor.id }
      },
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contact',
      summary: 'Read a visitor',
      admission: view,
      query: wire.contactGet,
      reply: replies.contactFound,
      handler: async ({ query }) => ({ contact: present(await intake.visitors.byId(query.contactId)) }),
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contact.search',
      summary:
        'Find one visitor by their only e-mail address, their only phone number or their custom fields',
      admission: view,
      query: wire.contactSearch,
      reply: replies.contactFound,
      errors: ['visitor-search-missing', 'error-invalid-params', 'error-invalid-params-custom'],
      handler: async ({ query: { email, phone, custom } }) => {
        const given = custom === '' ? '' : parsed(custom)
        if (!email && !phone) assertSearch(given)
        const customFields = await searchable(given ?? {})
        const isEmpty = !email && !phone && Object.keys(customFields).length === 0
        const found = isEmpty
          ? undefined
          : await intake.visitors.find({
              email: email || undefined,
              phone: phone || undefined,
              customFields,
            })
        return { contact: present(found) }
      },
    }),
  ]

  /** @throws visitor-manager-unknown, error-invalid-contact-manager */
  async function managerOf(username: string | undefined): Promise<string | undefined> {
    if (username === undefined) return undefined
    const user = await access.users.find({ username })
    if (user === undefined) throw errors.visitorManagerUnknown({ username })
    if (!user.roles.includes('livechat-agent')) throw errors.visitorManagerInvalid()
    return user.username
  }

  /** Texts of custom fields of visitors that can be searched; others are not looked at. */
  async function searchable(given: object): Promise<Record<string, string>> {
    const fields = (await customFields.list()).filter(
      ({ scope, extra }) => scope === 'visitor' && extra?.searchable === true,
    )
    const known = new Set(fields.map(({ id }) => id))
    const texts = Object.entries(given).filter(([key, value]) => known.has(key) && typeof value === 'string')
    return Object.fromEntries(texts)
  }
}

/** @throws error-invalid-params-custom */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw errors.visitorSearchCustomInvalid(undefined, error)
  }
}

/**
 * Rocket.Chat tells nothing from something empty (contract 3.11).
 * @throws visitor-search-missing, error-invalid-params
 */
function assertSearch(custom: unknown): void {
  if (custom === undefined || custom === null) throw errors.visitorSearchMissing()
  if (Object.keys(custom).length === 0) throw errors.visitorSearchEmpty()
}

function present(visitor: Visitor | undefined): object | null {
  return visitor === undefined ? null : presentVisitor(visitor)
}
