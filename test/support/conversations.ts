// What tests of conversations do over HTTP: visitors who come, talk and go, and what a contact looks like afterwards.

import assert from 'node:assert/strict'
import { before } from 'node:test'
import type { ContactDocument } from '../../src/transfer/rocket-chat.ts'
import { type Reply, type RequestOptions, type SuiteOptions, suiteServer, type TestServer } from './server.ts'

/** As livechat/room shows it. */
export interface RoomDocument {
  readonly _id: string
  readonly fname: string
  readonly contactId: string
  /** Absent once it is closed. */
  readonly open?: true
  readonly verified: boolean
  readonly ts: string
  readonly source: object
  readonly v: { readonly _id: string; readonly username: string; readonly token?: string }
  readonly lastMessage?: { readonly msg: string }
  readonly closedAt?: string
  readonly closedBy?: { readonly _id: string }
  readonly closer?: string
  readonly servedBy?: { readonly _id: string }
  readonly tags?: readonly string[]
}

/** As livechat/visitor shows it. */
export interface VisitorDocument {
  readonly _id: string
  readonly token?: string
  readonly username: string
  readonly status: string
  readonly name?: string
  readonly visitorEmails?: readonly { readonly address: string }[]
  readonly phone?: readonly { readonly phoneNumber: string }[]
  readonly livechatData?: Readonly<Record<string, string>>
}

let tokens = 0

/** Somebody new at the widget or the API. */
export function newToken(): string {
  return `visitor-token-${++tokens}`
}

/** A server with somebody there to take conversations. */
export function suiteWithAgent(options?: SuiteOptions): () => TestServer {
  const server = suiteServer(options)
  before(() => server().user('livechat-agent'))
  return server
}

/** The cookies by which the widget shows itself. */
export const WIDGET = { cookie: 'rc_room_type=l; rc_is_widget=t', host: 'shop.example' }

/** What visitors do; whatever is refused fails the test. */
export function visitorsAt(server: TestServer) {
  return {
    async register(details: {
      readonly token?: string
      [member: string]: unknown
    }): Promise<VisitorDocument> {
      const reply = await server.post(
        'livechat/visitor',
        { visitor: { token: newToken(), ...details } },
        { as: null },
      )
      return accepted<{ visitor: VisitorDocument }>(reply).visitor
    },
    async open(
      token: string,
      options: RequestOptions = {},
    ): Promise<{ room: RoomDocument; newRoom: boolean }> {
      const query = `token=${encodeURIComponent(token)}`
      return accepted(await server.get('livechat/room', { as: null, query, ...options }))
    },
    async close(token: string, rid: string): Promise<void> {
      accepted(await server.post('livechat/room.close', { token, rid }, { as: null }))
    },
    /** Registers somebody and opens their conversation. */
    async arrive(details: object = {}): Promise<{ token: string; visitorId: string; room: RoomDocument }> {
      const token = newToken()
      await this.register({ token, ...details })
      const { room } = await this.open(token)
      return { token, visitorId: room.v._id, room }
    },
  }
}

/** What agents see and do; whatever is refused fails the test. */
export function agentsAt(server: TestServer) {
  return {
    async create(contact: object): Promise<string> {
      const body = { emails: [], phones: [], ...contact }
      return accepted<{ contactId: string }>(await server.post('omnichannel/contacts', body)).contactId
    },
    async contact(contactId: string): Promise<ContactDocument> {
      const reply = await server.get('omnichannel/contacts.get', { query: `contactId=${contactId}` })
      return accepted<{ contact: ContactDocument }>(reply).contact
    },
    async update(body: object): Promise<void> {
      accepted(await server.post('omnichannel/contacts.update', body))
    },
    async set(setting: string, value: unknown): Promise<void> {
      accepted(await server.post(`settings/${setting}`, { value }))
    },
    /** A custom field of visitors whose label is its id. */
    async define(field: string, rest: object = {}): Promise<void> {
      const definition = { field, label: field, scope: 'visitor', visibility: 'visible', ...rest }
      const body = { customFieldId: null, customFieldData: definition }
      accepted(await server.post('livechat/custom-fields.save', body))
    },
    async room(roomId: string): Promise<RoomDocument> {
      const reply = await server.get('channels.info', { query: `roomId=${roomId}` })
      return accepted<{ channel: RoomDocument }>(reply).channel
    },
    async inquiry(roomId: string): Promise<{ _id: string; name: string; status: string }> {
      const reply = await server.get('livechat/inquiries.getOne', { query: `roomId=${roomId}` })
      return accepted<{ inquiry: { _id: string; name: string; status: string } }>(reply).inquiry
    },
    /** Ids of what a search finds. */
    async found(searchText: string, unknown: boolean): Promise<string[]> {
      const query = `searchText=${encodeURIComponent(searchText)}&unknown=${unknown}`
      const reply = await server.get('omnichannel/contacts.search', { query })
      return accepted<{ contacts: { _id: string }[] }>(reply).contacts.map(({ _id }) => _id)
    },
  }
}

/** The reply of a request that must not fail. */
export function accepted<T = unknown>(reply: Reply): T {
  assert.equal(reply.status, 200, reply.text)
  return reply.json<T>()
}

/** Refused as Rocket.Chat refuses most: with the error alone. */
export function assertPlain(reply: Reply, error: string): void {
  assert.deepEqual([reply.status, reply.json()], [400, { success: false, error }])
}

/** Refused with an error and its type. */
export function assertCoded(reply: Reply, error: string, errorType: string): void {
  assert.deepEqual([reply.status, reply.json()], [400, { success: false, error, errorType }])
}
