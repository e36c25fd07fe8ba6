// What requests about conversations may say, as JSON schemas with their types (contract 3.10, 3.13).

import { schema } from './validation.ts'
import { closed, meaning } from './wire.ts'

const text = { type: 'string', maxLength: 1_000 }
const flag = { type: 'boolean' }

const token = meaning(
  text,
  'What the visitor is recognised by. A secret: long, random, and kept by the visitor alone.',
  'f3b6a1c9d24e4f07a5d2',
)
const roomId = meaning(text, 'Id of the conversation.', 'NMee5zFPv62N7RAhh')

const givenField = {
  key: meaning(text, 'Id of the custom field.', 'social-number'),
  value: meaning(text, 'Its value.', '45600-00'),
  overwrite: meaning(flag, 'Whether it may replace another value; else that is a conflict.', true),
}
const givenFieldRequired = ['key', 'value', 'overwrite']

interface Given {
  readonly key: string
  readonly value: string
  readonly overwrite: boolean
}

export interface VisitorRegister {
  readonly visitor: {
    readonly token: string
    readonly name?: string
    readonly email?: string
    readonly phone?: string
    readonly username?: string
    readonly department?: string
    readonly customFields?: readonly Given[]
  }
}

export const visitorRegister = schema<VisitorRegister>(
  closed(
    {
      visitor: {
        type: 'object',
        description: 'What the visitor tells; what is left out stays as it is.',
        properties: {
          token,
          name: meaning(text, 'How the visitor wants to be called.', 'Boris Doe'),
          email: meaning(text, 'Kept in lower case.', 'boris@example.com'),
          phone: meaning(text, 'Kept as written.', '+49 30 1234'),
          username: meaning(text, 'Instead of `guest-` and a number.', 'guest-7'),
          department: meaning(text, 'There are none here: any is refused.'),
          customFields: {
            type: 'array',
            description:
              'Values of custom fields. Those that nobody defined are left out; those that their definition does not let through reach no contact.',
            maxItems: 100,
            items: { type: 'object', properties: givenField, required: givenFieldRequired },
          },
        },
        required: ['token'],
      },
    },
    ['visitor'],
  ),
)

export interface VisitorStatus {
  readonly token: string
  readonly status: string
}

export const visitorStatus = schema<VisitorStatus>(
  closed({ token, status: meaning(text, '`online`, `away`, `busy` or `offline`.', 'away') }, [
    'token',
    'status',
  ]),
)

export interface CustomFieldGiven extends Given {
  readonly token: string
}

export const customFieldGiven = schema<CustomFieldGiven>(
  closed({ token, ...givenField }, ['token', ...givenFieldRequired]),
)

export interface CustomFieldsGiven {
  readonly token: string
  readonly customFields: readonly Given[]
}

export const customFieldsGiven = schema<CustomFieldsGiven>(
  closed(
    {
      token,
      customFields: {
        type: 'array',
        description: 'One for each custom field.',
        maxItems: 100,
        items: closed(givenField, givenFieldRequired),
      },
    },
    ['token', 'customFields'],
  ),
)

export interface RoomOpen {
  readonly token: string
  readonly rid?: string
  readonly agentId?: string
}

export const roomOpen = schema<RoomOpen>(
  closed(
    {
      token,
      rid: meaning(text, 'The open conversation that the visitor believes to be in; nothing else will do.'),
      agentId: meaning(text, 'Taken for no more than a wish.'),
    },
    ['token'],
  ),
)

export interface RoomClose {
  readonly token: string
  readonly rid: string
}

export const roomClose = schema<RoomClose>(closed({ token, rid: roomId }, ['token', 'rid']))

export interface RoomCloseByUser {
  readonly rid: string
  readonly comment?: string
  readonly tags?: readonly string[]
  readonly forceClose?: boolean
}

export const roomCloseByUser = schema<RoomCloseByUser>(
  closed(
    {
      rid: roomId,
      comment: meaning(text, 'The last word; it becomes the last message.', 'Solved'),
      tags: meaning({ type: 'array', items: text, maxItems: 100 }, 'Added to those it has.', ['solved']),
      generateTranscriptPdf: meaning(flag, 'Of no effect: messages are not kept here.'),
      transcriptEmail: meaning({ type: 'object' }, 'Of no effect: messages are not kept here.'),
      forceClose: meaning(
        flag,
        'Whether closing what is closed already is no error, where Omnichannel_allow_force_close_conversations allows it.',
      ),
    },
    ['rid'],
  ),
)

export interface RoomById {
  readonly roomId: string
}

export const roomById = schema<RoomById>(closed({ roomId }, ['roomId']))

export interface InquiryTake {
  readonly inquiryId: string
  readonly userId?: string
}

export const inquiryTake = schema<InquiryTake>(
  closed(
    {
      inquiryId: meaning(
        text,
        'Id of the inquiry, as livechat/inquiries.getOne tells it.',
        'ckpQ3pTsMHHGuZ4Pk',
      ),
      userId: meaning(text, 'The agent who takes it; whoever asks when left out.', 'mAwAgmNndK7SHnQ89'),
    },
    ['inquiryId'],
  ),
)

export interface ChannelBlock {
  readonly visitor: {
    readonly visitorId: string
    readonly source: { readonly type: string; readonly id?: string }
  }
}

export const channelBlock = schema<ChannelBlock>(
  closed(
    {
      visitor: {
        type: 'object',
        description: 'Whose channel it is, and where.',
        properties: {
          visitorId: meaning(text, "Id of the channel's visitor.", '673be2101e2e6feb77939a7f'),
          source: {
            type: 'object',
            description: 'Where the channel is.',
            properties: {
              type: meaning(text, '`api`, `widget`, `email`, `sms`, `app` or `other`.', 'api'),
              id: meaning(text, 'Which of several of that type; any when left out.'),
            },
            required: ['type'],
          },
        },
        required: ['visitorId', 'source'],
      },
    },
    ['visitor'],
  ),
)

export interface ContactSave {
  readonly token: string
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly username?: string
  readonly customFields?: Readonly<Record<string, string>>
  readonly contactManager?: { readonly username: string }
}

export const contactSave = schema<ContactSave>(
  closed(
    {
      _id: meaning(text, 'Of no effect: the token says who it is.'),
      token,
      name: meaning(text, 'How the visitor is called; so are their conversations.', 'Boris Doe'),
      email: meaning(text, 'Kept in lower case; taken away when empty.', 'boris@example.com'),
      phone: meaning(text, 'Kept as written; taken away when empty.', '+49 30 1234'),
      username: meaning(text, 'Instead of `guest-` and a number.'),
      customFields: meaning(
        { type: 'object', additionalProperties: text },
        'Values by the id of their custom field; those that nobody defined are left out.',
      ),
      contactManager: meaning(
        closed({ username: meaning(text, 'User name of an agent.') }, ['username']),
        'Who looks after them.',
      ),
    },
    ['token', 'name'],
  ),
)

export interface ContactGet {
  readonly contactId: string
}

export const contactGet = schema<ContactGet>(
  closed({ contactId: meaning(text, 'Id of the visitor.', '673be2101e2e6feb77939a7f') }, ['contactId']),
)

export interface ContactSearch {
  readonly email?: string
  readonly phone?: string
  readonly custom?: string
}

export const contactSearch = schema<ContactSearch>(
  closed({
    email: meaning(text, 'The only e-mail address that the visitor has.', 'boris@example.com'),
    phone: meaning(text, 'The only phone number that the visitor has.', '+49 30 1234'),
    custom: meaning(
      text,
      'JSON text: an object from ids of searchable custom fields to a text that is somewhere in their values, in any letter case.',
    ),
  }),
)
