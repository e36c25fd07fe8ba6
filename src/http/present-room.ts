// Visitors and conversations to the wire, field by field, in Rocket.Chat's spelling (contract 1.4). A visitor's token goes to the
// visitor alone.

import { isOpen, type Room } from '../room.ts'
import type { Visitor } from '../visitor.ts'

/** @param token  what the caller has shown to have */
export function presentVisitor(visitor: Visitor, token?: string): object {
  const { lastChat, managerUsername } = visitor
  return {
    _id: visitor.id,
    username: visitor.username,
    status: visitor.status,
    ts: visitor.createdAt,
    _updatedAt: visitor.updatedAt,
    token,
    name: visitor.name,
    phone: visitor.phones,
    visitorEmails: visitor.emails,
    livechatData: visitor.customFields,
    contactManager: managerUsername === undefined ? undefined : { username: managerUsername },
    lastChat: lastChat && { _id: lastChat.roomId, ts: lastChat.ts },
    activity: visitor.activity,
  }
}

/** @param token  the visitor's, for the visitor */
export function presentRoom(room: Room, token?: string): object {
  return {
    ...presentSummary(room, token),
    t: 'l',
    lm: room.updatedAt,
    usersCount: room.servedBy === undefined ? 1 : 2,
    contactId: room.contactId,
    cl: false,
    ...(isOpen(room) && { open: true }),
    waitingResponse: isOpen(room) && room.servedBy === undefined,
    queuedAt: room.createdAt,
    _updatedAt: room.updatedAt,
  }
}

/** As contacts.history has it. */
export function presentSummary(room: Room, token?: string): object {
  const { servedBy, closed, lastMessage } = room
  return {
    _id: room.id,
    fname: room.contactName,
    ts: room.createdAt,
    v: presentRoomVisitor(room, token),
    msgs: room.messages,
    servedBy: servedBy && { _id: servedBy.id, username: servedBy.username, ts: servedBy.ts },
    closedAt: closed?.at,
    closedBy: closed && presentUser(closed.by),
    closer: closed?.closer,
    tags: room.tags,
    source: room.source,
    lastMessage: lastMessage && {
      msg: lastMessage.text,
      ts: lastMessage.ts,
      u: presentUser(lastMessage.author),
    },
    verified: room.verified,
  }
}

/** What an inquiry has in Rocket.Chat that nobody gave a priority or a time to wait. */
const NO_PRIORITY = { priorityWeight: 99, estimatedWaitingTimeQueue: 9_999_999 }

/** Of a conversation that is open. */
export function presentInquiry(room: Room): object {
  return {
    _id: room.inquiry.id,
    rid: room.id,
    t: 'l',
    name: room.contactName,
    status: room.inquiry.status,
    ts: room.createdAt,
    v: presentRoomVisitor(room),
    source: room.source,
    ...NO_PRIORITY,
    _updatedAt: room.updatedAt,
  }
}

/** `null` while nobody serves the conversation, and once it is closed. */
export function presentSubscription(room: Room): object | null {
  const { servedBy } = room
  if (servedBy === undefined || !isOpen(room)) return null
  return {
    _id: servedBy.subscriptionId,
    rid: room.id,
    t: 'l',
    name: room.contactName,
    fname: room.contactName,
    ts: servedBy.ts,
    v: presentRoomVisitor(room),
    u: presentUser(servedBy),
  }
}

function presentRoomVisitor({ visitor: { id, username, status } }: Room, token?: string): object {
  return { _id: id, username, token, status }
}

function presentUser({ id, username }: { id: string; username: string }): object {
  return { _id: id, username }
}

/** Where a room keeps what its document has at `path`, for sorting. */
export function roomPath(path: string): string {
  return PATHS[path] ?? (SAME.has(path.split('.')[0] ?? '') ? path : '-')
}

const PATHS: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  _id: 'id',
  fname: 'contactName',
  ts: 'createdAt',
  msgs: 'messages',
  closedAt: 'closed.at',
  closer: 'closed.closer',
  'closedBy._id': 'closed.by.id',
  'closedBy.username': 'closed.by.username',
  'servedBy._id': 'servedBy.id',
  'v._id': 'visitor.id',
  'v.username': 'visitor.username',
  'lastMessage.msg': 'lastMessage.text',
  'lastMessage.ts': 'lastMessage.ts',
})

/** Members that a room and its document call the same. */
const SAME: ReadonlySet<string> = new Set(['servedBy', 'tags', 'source', 'verified'])
