// What requests about accounts, roles and custom fields may say (contract 3.12, 3.13), as JSON schemas with their types.

import type { Password } from '../access/access.ts'
import { schema } from './validation.ts'
import { closed, meaning, paged, sort } from './wire.ts'

const text = { type: 'string' }
const flag = { type: 'boolean' }
const textList = { type: 'array', items: text, uniqueItems: true }
const filledText = { type: 'string', isNotEmpty: true }
const noEffect = "Taken for the sake of Rocket.Chat's clients; has no effect."
const withoutEffect = meaning(flag, noEffect)
const userId = meaning(text, 'Id of the user.', 'rbAXPnMktTFbNpwtJ')
const username = meaning(text, 'User name, in any letter case.', 'jane')

export interface Login {
  readonly user?: string
  readonly username?: string
  readonly email?: string
  readonly password?: Password
  readonly code?: string
  readonly resume?: string
}

const digest = {
  ...closed(
    {
      digest: meaning(text, 'SHA-256 of the password, in lower-case hexadecimal digits.'),
      algorithm: meaning({ const: 'sha-256' }, 'How it was made.'),
    },
    ['digest', 'algorithm'],
  ),
  type: ['string', 'object'],
}

export const login = schema<Login>(
  closed({
    user: meaning(text, 'User name or e-mail address. Or give one of the next two.', 'jane'),
    username: meaning(text, 'User name.'),
    email: meaning(text, 'E-mail address.'),
    password: meaning(digest, 'The password, or its hash.', 'correct horse battery staple'),
    code: meaning(text, 'Taken for the sake of older clients; has no effect.'),
    resume: meaning(text, 'The token of an earlier login, in place of all the others.'),
  }),
)

export interface TokenName {
  readonly tokenName: string
}

const nameOfToken = meaning(filledText, 'Name of the token, unique among those of its user.', 'ci')

export const tokenName = schema<TokenName>(closed({ tokenName: nameOfToken }, ['tokenName']))

export const tokenGenerate = schema<TokenName & { readonly bypassTwoFactor?: boolean }>(
  closed(
    {
      tokenName: nameOfToken,
      bypassTwoFactor: meaning(flag, 'Kept and returned; has no effect, as there is no second factor.'),
    },
    ['tokenName'],
  ),
)

export interface UsersCreate {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly username: string
  readonly active?: boolean
  readonly bio?: string
  readonly nickname?: string
  readonly statusText?: string
  readonly roles?: readonly string[]
  readonly verified?: boolean
  readonly customFields?: Readonly<Record<string, unknown>>
}

export const usersCreate = schema<UsersCreate>(
  closed(
    {
      email: meaning(text, 'E-mail address, unique in any letter case.', 'jane@example.com'),
      name: meaning(text, 'Full name.', 'Jane Roe'),
      password: meaning(text, 'The password.', 'correct horse battery staple'),
      username: meaning(text, 'User name, unique in any letter case.', 'jane'),
      active: meaning(flag, 'Whether the account may log in. `true` when left out.'),
      bio: meaning(text, 'Kept and returned.'),
      nickname: meaning(text, 'Kept and returned.'),
      statusText: meaning(text, 'Kept and returned.'),
      roles: meaning(textList, 'Ids of roles. `user` when left out.', ['user', 'livechat-agent']),
      joinDefaultChannels: withoutEffect,
      requirePasswordChange: withoutEffect,
      setRandomPassword: withoutEffect,
      sendWelcomeEmail: withoutEffect,
      verified: meaning(flag, 'Whether the e-mail address is known to be theirs. `false` when left out.'),
      customFields: meaning({ type: 'object' }, 'Kept and returned.'),
      fields: meaning(text, noEffect),
      freeSwitchExtension: meaning(text, noEffect),
    },
    ['email', 'name', 'password', 'username'],
  ),
)

/** One of its members says who is meant. */
export interface UserReference {
  readonly userId?: string
  readonly username?: string
  readonly user?: string
  readonly email?: string
}

export const usersDelete = schema<UserReference>(
  oneOf(
    { userId, username, user: meaning(text, 'User name or e-mail address.', 'jane') },
    { confirmRelinquish: withoutEffect },
  ),
)

export const usersInfo = schema<UserReference>(
  oneOf(
    {
      userId,
      username,
      email: meaning(text, 'E-mail address, for those who may see it.', 'jane@example.com'),
    },
    { includeUserRooms: meaning(text, noEffect), fields: meaning(text, noEffect) },
  ),
)

export interface Listing {
  readonly count?: number
  readonly offset?: number
  readonly sort?: string
}

export const usersList = schema<Listing>(paged({ sort: sort({ name: 1 }, 'By user name') }))

export const agentAdd = schema<{ readonly username: string }>(closed({ username }, ['username']))

export const agentList = schema<Listing & { readonly text?: string; readonly excludeId?: string }>(
  paged({
    text: meaning(text, 'Any fragment of a name, a user name or an e-mail address.', 'jane'),
    onlyAvailable: withoutEffect,
    excludeId: meaning(text, 'Id of a user to leave out.'),
    showIdleAgents: withoutEffect,
    sort: sort({ username: 1 }, 'By name'),
  }),
)

export const permissionsListAll = schema<{ readonly updatedSince?: string }>(
  closed({
    updatedSince: meaning(text, 'Only what changed after this moment.', '2024-11-19T00:00:00.000Z'),
  }),
)

export const permissionsUpdate = schema<{
  readonly permissions: readonly { readonly _id: string; readonly roles: readonly string[] }[]
}>(
  closed(
    {
      permissions: meaning(
        {
          type: 'array',
          items: closed(
            {
              _id: meaning(text, 'Id of a permission.', 'view-livechat-contact'),
              roles: meaning(textList, 'All roles that are to hold it.', ['admin', 'livechat-manager']),
            },
            ['_id', 'roles'],
          ),
        },
        'Each permission once.',
      ),
    },
    ['permissions'],
  ),
)

export const customFieldsList = schema<Listing & { readonly text?: string }>(
  paged({
    text: meaning(text, 'Any fragment of an id or a label.', 'social'),
    sort: sort({ label: 1 }, 'By label'),
  }),
)

export interface CustomFieldData {
  readonly field: string
  readonly label: string
  readonly scope: 'visitor' | 'room'
  readonly visibility: string
  readonly regexp?: string
  readonly required?: boolean
}

export const customFieldsSave = schema<{
  readonly customFieldId: string | null
  readonly customFieldData: CustomFieldData
}>(
  closed(
    {
      customFieldId: meaning(
        { type: 'string', nullable: true },
        'Id of the field to change; null or empty to define a new one.',
        null,
      ),
      customFieldData: meaning(
        closed(
          {
            field: meaning(
              { type: 'string', pattern: '^[0-9a-zA-Z_-]+$' },
              'Becomes the id of a new field.',
              'social-number',
            ),
            label: meaning(text, 'What people call it.', 'Social number'),
            scope: meaning(
              { type: 'string', enum: ['visitor', 'room'] },
              'Contacts have the fields of visitors.',
              'visitor',
            ),
            visibility: meaning(text, '`visible`, or `hidden` to put the field out of use.', 'visible'),
            regexp: meaning(text, 'What values must match, as a JavaScript regular expression.', '^[0-9-]+$'),
            required: meaning(flag, 'Whether every new contact needs a value.'),
            type: meaning(text, 'For input forms: kept and returned.'),
            defaultValue: meaning(text, 'For input forms: kept and returned.'),
            options: meaning(text, 'For input forms: kept and returned.'),
            public: meaning(flag, 'Kept and returned.'),
            searchable: meaning(flag, 'Kept and returned.'),
          },
          ['field', 'label', 'scope', 'visibility'],
        ),
        'The whole definition: it takes the place of the old one.',
      ),
    },
    ['customFieldId', 'customFieldData'],
  ),
)

export const customFieldsDelete = schema<{ readonly customFieldId: string }>(
  closed({ customFieldId: meaning(text, 'Id of the field.', 'social-number') }, ['customFieldId']),
)

/** An object with exactly one of `keys`, and any of `others`. */
function oneOf(keys: Record<string, object>, others: Record<string, object>): Record<string, unknown> {
  return {
    type: 'object',
    oneOf: Object.entries(keys).map(([key, type]) => closed({ [key]: type, ...others }, [key])),
  }
}

export interface AgentStatus {
  readonly status?: 'available' | 'not-available'
  readonly agentId?: string
}

export const agentStatus = schema<AgentStatus>(
  closed({
    status: meaning(
      { enum: ['available', 'not-available'] },
      'Whether the agent takes conversations; the other than now when left out.',
      'available',
    ),
    agentId: meaning({ type: 'string' }, 'The agent; whoever asks when left out.'),
  }),
)

export interface SettingSet {
  readonly value: unknown
}

export const settingSet = schema<SettingSet>({
  type: 'object',
  properties: { value: { description: 'Of the type that the setting has.', examples: [true] } },
  required: ['value'],
})
