// Visitors and their conversations: how they come in, who takes and closes them (contract 3.10, 3.13, 4.1).

import type { FastifyRequest } from 'fastify'
import type { User } from '../access/access.ts'
import { errors } from '../errors.ts'
import { type Agent, isOpen, type Source } from '../room.ts'
import { presentInquiry, presentRoom, presentSubscription, presentVisitor } from './present-room.ts'
import * as commonReplies from './replies.ts'
import * as replies from './replies-conversations.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-conversations.ts'

const viewRooms = { permissions: ['view-l-room'] }

export function conversationRoutes(services: Services): Route[] {
  return [
    ...visitorRoutes(services),
    ...roomRoutes(services),
    ...agentRoutes(services),
    ...blockRoutes(services),
  ]
}

function visitorRoutes({ intake }: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: 'livechat/visitor',
      summary: 'A visitor tells who they are',
      description:
        'Whoever has the token is known by it; others by phone number, then by e-mail address. Contacts that hold the visitor hear of it.',
      admission: 'intake',
      body: wire.visitorRegister,
      reply: replies.visitorReply,
      errors: ['error-invalid-token', 'error-invalid-department', 'custom-fields-missing', 'contact-busy'],
      handler: async ({ body: { visitor } }) => {
        if (visitor.department) throw errors.departmentInvalid()
        return { visitor: presentVisitor(await intake.visitors.register(visitor), visitor.token) }
      },
    }),
    route({
      method: 'GET',
      path: 'livechat/visitor/:token',
      summary: 'Who the visitor of a token is',
      admission: 'intake',
      reply: replies.visitorReply,
      errors: ['visitor-unknown'],
      handler: async ({ params: { token = '' } }) => ({
        visitor: presentVisitor(await intake.visitors.get(token), token),
      }),
    }),
    route({
      method: 'DELETE',
      path: 'livechat/visitor/:token',
      summary: 'Remove a visitor with their conversations, and every contact that holds them',
      admission: 'intake',
      reply: replies.visitorRemoved,
      errors: ['visitor-unknown', 'visitor-has-open-rooms', 'visitor-is-shared', 'contact-busy'],
      handler: async ({ params: { token = '' } }) => {
        const { id, updatedAt } = await intake.visitors.remove(token)
        return { visitor: { _id: id, ts: updatedAt } }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/visitor.status',
      summary: 'A visitor is there, or away',
      admission: 'intake',
      body: wire.visitorStatus,
      reply: replies.visitorStatus,
      errors: ['visitor-unknown', 'contact-busy'],
      handler: async ({ body: { token, status } }) => {
        await intake.visitors.setStatus(token, status)
        return { token, status }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/custom.field',
      summary: 'A visitor gives the value of a custom field',
      admission: 'intake',
      body: wire.customFieldGiven,
      reply: replies.customFieldGiven,
      errors: ['invalid-token', 'invalid-custom-field', 'custom-field-invalid', 'contact-busy'],
      handler: async ({ body: { token, key, value, overwrite } }) => {
        await intake.visitors.setCustomFields(token, [{ key, value, overwrite }])
        return { field: { key, value, overwrite } }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/custom.fields',
      summary: 'A visitor gives the values of several custom fields',
      admission: 'intake',
      body: wire.customFieldsGiven,
      reply: replies.customFieldsGiven,
      errors: ['invalid-token', 'invalid-custom-field', 'custom-field-invalid', 'contact-busy'],
      handler: async ({ body: { token, customFields } }) => {
        await intake.visitors.setCustomFields(token, customFields)
        return { fields: customFields.map(({ key, value, overwrite }) => ({ Key: key, value, overwrite })) }
      },
    }),
  ]
}

function roomRoutes({ intake }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'livechat/room',
      summary: "The visitor's conversation: the one that is open, or a new one",
      description: 'A new one finds or makes the contact that the visitor is.',
      changes: true,
      admission: 'intake',
      query: wire.roomOpen,
      reply: replies.roomOpened,
      errors: [
        'invalid-token',
        'invalid-room',
        'error-omnichannel-is-disabled',
        'error-contact-channel-blocked',
        'no-agent-online',
        'contact-busy',
      ],
      handler: async ({ query: { token, rid }, request }) => {
        const { room, isNew } = await intake.rooms.open(token, sourceOf(request), rid || undefined)
        return { room: presentRoom(room, token), newRoom: isNew }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/room.close',
      summary: 'A visitor closes their conversation',
      admission: 'intake',
      body: wire.roomClose,
      reply: replies.roomClosed,
      errors: [
        'error-not-allowed-to-close-conversation',
        'invalid-token',
        'invalid-room',
        'room-closed',
        'contact-busy',
      ],
      handler: async ({ body: { token, rid } }) => {
        const { lastMessage } = await intake.rooms.closeByVisitor(token, rid)
        return { rid, comment: lastMessage?.text ?? '' }
      },
    }),
    route({
      method: 'GET',
      path: 'channels.info',
      summary: 'Read one conversation',
      admission: viewRooms,
      query: wire.roomById,
      reply: replies.channelInfo,
      errors: ['invalid-room'],
      handler: async ({ query }) => ({ channel: presentRoom(await intake.rooms.get(query.roomId)) }),
    }),
  ]
}

function agentRoutes({ intake, access }: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: 'livechat/room.closeByUser',
      summary: 'Close a conversation',
      admission: { permissions: ['close-livechat-room'] },
      body: wire.roomCloseByUser,
      reply: commonReplies.done,
      errors: ['error-invalid-room', 'error-not-authorized', 'error-room-already-closed', 'contact-busy'],
      handler: async ({ body: { rid, comment, tags, forceClose }, session: { user } }) => {
        const ending = { comment, tags, isForced: forceClose }
        const mayCloseOthers = async () => access.may(user, ['close-others-livechat-room'])
        await intake.rooms.closeByUser(rid, agentOf(user), ending, mayCloseOthers)
        return {}
      },
    }),
    route({
      method: 'GET',
      path: 'livechat/inquiries.getOne',
      summary: 'What waits for an agent in a conversation, or is taken; nothing once it is closed',
      admission: viewRooms,
      query: wire.roomById,
      reply: replies.inquiryReply,
      handler: async ({ query }) => {
        const room = await intake.rooms.find(query.roomId)
        return { inquiry: room === undefined || !isOpen(room) ? null : presentInquiry(room) }
      },
    }),
    route({
      method: 'POST',
      path: 'livechat/inquiries.take',
      summary: 'Take a conversation that waits',
      admission: viewRooms,
      body: wire.inquiryTake,
      reply: replies.inquiryTaken,
      errors: [
        'error-inquiry-not-found',
        'error-inquiry-taken',
        'error-unknown-contact',
        'error-unverified-contact',
        'user-not-found',
        'error-not-allowed',
        'contact-busy',
      ],
      handler: async ({ body: { inquiryId, userId }, session }) => {
        const agent = userId === undefined ? session.user : await access.users.get({ id: userId })
        if (!(await access.may(agent, viewRooms.permissions))) throw errors.agentNotAllowed()
        return { inquiry: presentInquiry(await intake.rooms.take(inquiryId, agentOf(agent))) }
      },
    }),
    route({
      method: 'GET',
      path: 'subscriptions.getOne',
      summary: "The caller's part in a conversation that they serve",
      admission: 'login',
      query: wire.roomById,
      reply: replies.subscriptionReply,
      handler: async ({ query, session: { user } }) => {
        const room = await intake.rooms.find(query.roomId)
        return { subscription: room?.servedBy?.id === user.id ? presentSubscription(room) : null }
      },
    }),
  ]
}

function blockRoutes({ intake }: Services): Route[] {
  return (['block', 'unblock'] as const).map((verb) =>
    route({
      method: 'POST',
      path: `omnichannel/contacts.${verb}`,
      summary:
        verb === 'block'
          ? 'Take no more conversations from a channel, and close the one that is open'
          : 'Take conversations from a channel again',
      admission: { permissions: [`${verb}-livechat-contact`] },
      body: wire.channelBlock,
      reply: commonReplies.done,
      errors: ['error-contact-not-found', 'error-visitor-not-found', 'contact-busy'],
      handler: async ({ body: { visitor }, session: { user } }) => {
        await intake.rooms.block(verb === 'block', visitor.visitorId, visitor.source, agentOf(user))
        return {}
      },
    }),
  )
}

function agentOf({ id, username = '' }: User): Agent {
  return { id, username }
}

/** The widget says so by its cookies; whatever else asks is the API. */
function sourceOf({ headers }: FastifyRequest): Source {
  const cookies = new Set((headers.cookie ?? '').split(';').map((cookie) => cookie.trim()))
  const isWidget = cookies.has('rc_room_type=l') && cookies.has('rc_is_widget=t')
  return isWidget ? { type: 'widget', destination: headers.host ?? '' } : { type: 'api' }
}
