// A conversation with a visitor, as the directory keeps it: who, where, when, and its last message. What is said in it is
// kept by whoever carries the conversation.

export interface Room {
  /** 17 characters. */
  readonly id: string
  readonly contactId: string
  /** The contact's name; only a conflict that is settled leaves the old one, as in Rocket.Chat. */
  readonly contactName: string
  readonly visitor: { readonly id: string; readonly username: string; readonly status: string }
  readonly source: Source
  /** Whether the contact's channel was verified when the room was opened. */
  readonly verified: boolean
  readonly createdAt: string
  /** When something was last said or done in it. */
  readonly updatedAt: string
  readonly messages: number
  readonly lastMessage?: LastMessage
  /** Waits for an agent until one takes it. */
  readonly inquiry: { readonly id: string; readonly status: 'queued' | 'taken' }
  readonly servedBy?: Agent & { readonly ts: string; readonly subscriptionId: string }
  readonly tags?: readonly string[]
  /** Absent while it is open. */
  readonly closed?: Closing
}

/** Where a conversation comes from. */
export interface Source {
  /** `api`, `widget`, `email`, `sms`, `app` or `other`. */
  readonly type: string
  readonly id?: string
  readonly alias?: string
  readonly label?: string
  readonly destination?: string
}

export interface Agent {
  readonly id: string
  readonly username: string
}

export interface LastMessage {
  readonly text: string
  readonly ts: string
  readonly author: { readonly id: string; readonly username: string }
}

export interface Closing {
  readonly at: string
  readonly by: Agent
  readonly closer: 'user' | 'visitor'
}

/** A conversation is open from its beginning until somebody closes it, once. */
export function isOpen(room: Room): boolean {
  return room.closed === undefined
}

/** @param comment  the last word, none if empty */
export function closeRoom(room: Room, closed: Closing, comment: string, tags?: readonly string[]): Room {
  const { at, by } = closed
  const said =
    comment === '' ? {} : { messages: room.messages + 1, lastMessage: { text: comment, ts: at, author: by } }
  return {
    ...room,
    ...(tags === undefined ? {} : { tags: [...new Set([...(room.tags ?? []), ...tags])] }),
    ...said,
    updatedAt: at,
    closed,
  }
}

/** Those of the rooms that go by another name than their contact does now, with that name. */
export function renamed<T extends { readonly record: Room }>(rooms: readonly T[], contactName: string): T[] {
  const others = rooms.filter(({ record }) => record.contactName !== contactName)
  return others.map((room) => ({ ...room, record: { ...room.record, contactName } }))
}

/** An agent has the conversation. */
export function takeRoom(room: Room, agent: Agent, subscriptionId: string, now: Date): Room {
  const ts = now.toISOString()
  return {
    ...room,
    updatedAt: ts,
    inquiry: { ...room.inquiry, status: 'taken' },
    servedBy: { ...agent, ts, subscriptionId },
  }
}
