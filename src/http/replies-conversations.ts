// What replies about conversations look like, as JSON schemas for openapi.ts.

import { list, object, page, success } from './replies.ts'

const text = { type: 'string' }
const flag = { type: 'boolean' }
const number = { type: 'integer', minimum: 0 }
const date = { type: 'string', format: 'date-time', examples: ['2024-11-19T00:56:43.140Z'] }
const id = { ...text, examples: ['673be2101e2e6feb77939a7f'] }
const roomId = { ...text, examples: ['NMee5zFPv62N7RAhh'] }
const username = { ...text, examples: ['guest-7'] }

export const visitor = object(
  { _id: id, username, status: text, ts: date, _updatedAt: date },
  {
    token: { ...text, description: 'Only for those who have sent it.' },
    name: text,
    visitorEmails: list(object({ address: text })),
    phone: list(object({ phoneNumber: text })),
    livechatData: { type: 'object' },
    department: text,
    contactManager: object({ username: text }),
    lastChat: object({ _id: roomId, ts: date }),
    activity: list(text),
  },
)

const source = object({ type: text }, { id: text, alias: text, label: text, destination: text })
const user = object({ _id: text, username: text })
const message = object({ msg: text, ts: date, u: user })

const roomVisitor = object({ _id: id, username, status: text }, { token: text })
const servedBy = object({ _id: text, username: text, ts: date })
const summary = {
  _id: roomId,
  fname: text,
  ts: date,
  v: roomVisitor,
  msgs: number,
  source,
  verified: flag,
}
const ending = {
  servedBy,
  closedAt: date,
  closedBy: user,
  closer: { enum: ['user', 'visitor'] },
  tags: list(text),
  lastMessage: message,
}

export const room = object(
  {
    ...summary,
    t: { const: 'l' },
    lm: date,
    usersCount: number,
    contactId: id,
    cl: flag,
    waitingResponse: flag,
    queuedAt: date,
    _updatedAt: date,
  },
  { open: { const: true }, ...ending },
)

export const visitorReply = success({ visitor })
export const roomOpened = success({ room, newRoom: flag })
export const roomClosed = success({ rid: roomId, comment: text })
export const channelInfo = success({ channel: room })
export const inquiry = object({
  _id: text,
  rid: roomId,
  t: { const: 'l' },
  name: text,
  status: { enum: ['queued', 'taken'] },
  ts: date,
  v: roomVisitor,
  source,
  priorityWeight: number,
  estimatedWaitingTimeQueue: number,
  _updatedAt: date,
})
export const inquiryReply = success({ inquiry: { anyOf: [inquiry, { type: 'null' }] } })
export const inquiryTaken = success({ inquiry })
export const subscriptionReply = success({
  subscription: {
    anyOf: [
      object({
        _id: text,
        rid: roomId,
        t: { const: 'l' },
        name: text,
        fname: text,
        ts: date,
        v: roomVisitor,
        u: user,
      }),
      { type: 'null' },
    ],
  },
})
export const history = page('history', object(summary, ending))

const givenValue = { value: text, overwrite: flag }
export const visitorRemoved = success({ visitor: object({ _id: id, ts: date }) })
export const visitorStatus = success({ token: text, status: text })
export const customFieldGiven = success({ field: object({ key: text, ...givenValue }) })
export const customFieldsGiven = success({ fields: list(object({ Key: text, ...givenValue })) })

export const contactSaved = success({ contact: id })
export const contactFound = success({ contact: { anyOf: [visitor, { type: 'null' }] } })
