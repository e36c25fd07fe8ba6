// The omnichannel contacts endpoints (contract 3.1 to 3.9).

import { type Access, after, type Soon } from '../access/access.ts'
import type { Contact } from '../contact.ts'
import type { ContactQuery, SortKey } from '../directory.ts'
import { errors } from '../errors.ts'
import { contactPath, toChannelDocument } from '../transfer/rocket-chat.ts'
import { type CountRules, pageOf } from './page.ts'
import { contactBytes, presentContact } from './present.ts'
import { presentSummary, roomPath } from './present-room.ts'
import * as replies from './replies.ts'
import * as conversationReplies from './replies-conversations.ts'
import { Raw, type Route, route, type Services } from './route.ts'
import { parseHistorySort, parseSort } from './sort.ts'
import * as wire from './wire.ts'

const view = { permissions: ['view-livechat-contact'] }
const update = { permissions: ['update-livechat-contact'] }

export function contactRoutes({ directory, intake, access, counts }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'omnichannel/contacts.search',
      summary: 'Search contacts by any fragment of a name, an e-mail address or a phone number',
      admission: view,
      isMirrored: true,
      query: wire.contactsSearch,
      reply: replies.contactsSearch,
      errors: [
        'error-invalid-sort',
        'search-text-has-nul',
        'sort-parallel-arrays',
        'not-ready',
        'search-busy',
      ],
      handler: async ({ query }) => {
        const asked = queryOf(query, counts)
        return asked.count === Number.POSITIVE_INFINITY
          ? new Raw(streamedPage(await directory.stream(asked), asked, access))
          : new Raw(await page(await directory.search(asked), asked, access))
      },
    }),
    route({
      method: 'POST',
      path: 'omnichannel/contacts',
      summary: 'Create a contact',
      admission: { permissions: ['create-livechat-contact'] },
      body: wire.contactsCreate,
      reply: replies.contactsCreate,
      errors: [
        'error-contact-manager-not-found',
        'custom-field-invalid',
        'custom-field-not-allowed',
        'custom-field-regexp-slow',
      ],
      handler: async ({ body: { contactManager, customFields, ...body } }) => ({
        contactId: await directory.create({
          ...body,
          managerId: contactManager ?? undefined,
          customFields: customFields ?? {},
        }),
      }),
    }),
    route({
      method: 'POST',
      path: 'omnichannel/contacts.update',
      summary: 'Change a contact; members left out or null stay as they are',
      admission: update,
      body: wire.contactsUpdate,
      reply: replies.contactsUpdate,
      errors: [
        'error-contact-not-found',
        'error-contact-manager-not-found',
        'custom-field-invalid',
        'custom-field-not-allowed',
        'custom-field-regexp-slow',
        'error-invalid-operation',
        'contact-busy',
      ],
      handler: async ({ body: { contactId, ...body } }) => ({
        contact: presentContact(
          await directory.update(contactId, {
            name: body.name,
            emails: body.emails ?? undefined,
            phones: body.phones ?? undefined,
            managerId: body.contactManager ?? undefined,
            customFields: body.customFields ?? undefined,
            wipeConflicts: body.wipeConflicts ?? undefined,
          }),
        ),
      }),
    }),
    route({
      method: 'POST',
      path: 'omnichannel/contacts.conflicts',
      summary: 'Settle the conflicts of a contact',
      admission: update,
      body: wire.contactsConflicts,
      reply: replies.contactsConflicts,
      errors: [
        'error-contact-not-found',
        'error-contact-has-no-conflicts',
        'error-contact-manager-not-found',
      ],
      handler: async ({ body: { contactId, ...body } }) => ({
        result: presentContact(
          await directory.resolveConflicts(contactId, {
            name: body.name || undefined,
            managerId: body.contactManager ?? undefined,
            customFields: body.customFields,
            wipeConflicts: body.wipeConflicts ?? undefined,
          }),
        ),
      }),
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contacts.get',
      summary: 'Read one contact',
      admission: view,
      isMirrored: true,
      query: wire.contactsGet,
      reply: replies.contactsGet,
      errors: ['resource-not-found'],
      handler: async ({ query }) => ({ contact: presentContact(await directory.get(query.contactId)) }),
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contacts.checkExistence',
      summary: 'Whether a contact has exactly this id, e-mail address or phone number',
      admission: view,
      isMirrored: true,
      query: wire.contactsCheckExistence,
      reply: replies.contactsCheckExistence,
      handler: async ({ query }) => ({ exists: await directory.exists(exactly(query)) }),
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contacts.history',
      summary: 'Closed conversations of a contact',
      admission: { permissions: ['view-livechat-contact-history'] },
      query: wire.contactsHistory,
      reply: conversationReplies.history,
      errors: ['error-contact-not-found', 'error-invalid-sort'],
      handler: async ({ query: { contactId, sort, source = '', ...query } }) => {
        const order = parseHistorySort(sort) ?? []
        await directory.assertKnown(contactId)
        const { offset, count } = pageOf(query, counts)
        const keys = order.map(({ path, direction }) => ({ path: roomPath(path), direction }))
        const { rooms, total } = await intake.rooms.history(contactId, {
          source,
          order: keys.length === 0 ? NEWEST_FIRST : keys,
          offset,
          count,
        })
        const history = rooms.map((room) => presentSummary(room))
        return { history, count: history.length, offset, total }
      },
    }),
    route({
      method: 'GET',
      path: 'omnichannel/contacts.channels',
      summary: 'Channels of a contact, one for each name',
      admission: view,
      isMirrored: true,
      query: wire.contactsChannels,
      reply: replies.contactsChannels,
      handler: async ({ query }) => ({
        channels: (await directory.channels(query.contactId)).map(toChannelDocument),
      }),
    }),
    route({
      method: 'POST',
      path: 'omnichannel/contacts.delete',
      summary: 'Delete a contact; what tells who it was is gone for good',
      admission: { permissions: ['delete-livechat-contact'] },
      body: wire.contactsDelete,
      errorStyle: 'typed',
      reply: replies.done,
      errors: ['error-contact-not-found', 'error-contact-has-open-rooms'],
      handler: async ({ body }) => {
        await directory.delete(body.contactId)
        return {}
      },
    }),
  ]
}

const NEWEST_FIRST: readonly SortKey[] = [{ path: 'closed.at', direction: -1 }]

/** @throws search-text-has-nul, error-invalid-sort and its kin */
function queryOf(params: wire.ContactsSearch, counts: CountRules): ContactQuery {
  const { searchText = '', unknown = false } = params
  const order = orderOf(params.sort)
  if (searchText.includes('\0')) throw errors.searchTextHasNul()
  return { text: searchText, unknown, order, ...pageOf(params, counts) }
}

function orderOf(sort: string | undefined): SortKey[] {
  return (parseSort(sort) ?? []).map(({ path, direction }) => ({ path: contactPath(path), direction }))
}

function exactly(query: wire.ContactsCheckExistence) {
  if (query.contactId !== undefined) return { id: query.contactId }
  return query.email === undefined ? { phone: query.phone ?? '' } : { email: query.email }
}

type Found = Awaited<ReturnType<Services['directory']['search']>>
type FoundStream = Awaited<ReturnType<Services['directory']['stream']>>

function page({ contacts, total }: Found, { offset }: ContactQuery, access: Access): Soon<Buffer> {
  const end = pageEnd(contacts.length, offset, total)
  return after(itemsOf(contacts, access), (items) => {
    // All of it is copied once: a page is the largest thing that a search makes.
    const pieces: Buffer[] = [PAGE_START]
    for (const item of items) pieces.push(pieces.length === 1 ? withoutComma(item) : item)
    pieces.push(end)
    return Buffer.concat(pieces)
  })
}

/** The same in pieces, so that a reply of any length takes little memory. */
async function* streamedPage(
  { contacts, total }: FoundStream,
  { offset }: ContactQuery,
  access: Access,
): AsyncGenerator<Buffer> {
  let count = 0
  yield PAGE_START
  for await (const batch of contacts) {
    const items = Buffer.concat(await itemsOf(batch, access))
    if (items.length > 0) yield count === 0 ? withoutComma(items) : items
    count += batch.length
  }
  yield pageEnd(count, offset, total)
}

const PAGE_START = Buffer.from('{"contacts":[')

function pageEnd(count: number, offset: number, total: number): Buffer {
  return Buffer.from(`],"count":${count},"offset":${offset},"total":${total},"success":true}`)
}

/** The contacts, a comma before each, each with its manager if that user still exists. */
function itemsOf(contacts: readonly Contact[], access: Access): Soon<Buffer[]> {
  const managers = access.users.managerNames(contacts.map(({ managerId }) => managerId))
  return after(managers, (names) => contacts.map((contact, at) => contactBytes(contact, names[at])))
}

function withoutComma(items: Buffer): Buffer {
  return items.subarray(1)
}
