// What requests about accounts, roles and custom fields may say (contract 3.12, 3.13), as JSON schemas with their types.

import type { Password } from '../access/access.ts'
import { schema } from './validation.ts'
import { closed, paged } from './wire.ts'

const text = { type: 'string' }
const flag = { type: 'boolean' }
const textList = { type: 'array', items: text, uniqueItems: true }
const filledText = { type: 'string', isNotEmpty: true }

export interface Login {
  readonly user?: string
  readonly username?: string
  readonly email?: string
  readonly password?: Password
  readonly code?: string
  readonly resume?: string
}

const digest = {
  ...closed({ digest: text, algorithm: { const: 'sha-256' } }, ['digest', 'algorithm']),
  type: ['string', 'object'],
}

export const login = schema<Login>(
  closed({ user: text, username: text, email: text, password: digest, code: text, resume: text }),
)

export interface TokenName {
  readonly tokenName: string
}

export const tokenName = schema<TokenName>(closed({ tokenName: filledText }, ['tokenName']))

export const tokenGenerate = schema<TokenName & { readonly bypassTwoFactor?: boolean }>(
  closed({ tokenName: filledText, bypassTwoFactor: flag }, ['tokenName']),
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
      email: text,
      name: text,
      password: text,
      username: text,
      active: flag,
      bio: text,
      nickname: text,
      statusText: text,
      roles: textList,
      joinDefaultChannels: flag,
      requirePasswordChange: flag,
      setRandomPassword: flag,
      sendWelcomeEmail: flag,
      verified: flag,
      customFields: { type: 'object' },
      fields: text,
      freeSwitchExtension: text,
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
  oneOf({ userId: text, username: text, user: text }, { confirmRelinquish: flag }),
)

export const usersInfo = schema<UserReference>(
  oneOf({ userId: text, username: text, email: text }, { includeUserRooms: text, fields: text }),
)

export interface Listing {
  readonly count?: number
  readonly offset?: number
  readonly sort?: string
}

export const usersList = schema<Listing>(paged({ sort: text }))

export const agentAdd = schema<{ readonly username: string }>(closed({ username: text }, ['username']))

export const agentList = schema<Listing & { readonly text?: string; readonly excludeId?: string }>(
  paged({ text, onlyAvailable: flag, excludeId: text, showIdleAgents: flag, sort: text }),
)

export const permissionsListAll = schema<{ readonly updatedSince?: string }>(closed({ updatedSince: text }))

export const permissionsUpdate = schema<{
  readonly permissions: readonly { readonly _id: string; readonly roles: readonly string[] }[]
}>(
  closed(
    { permissions: { type: 'array', items: closed({ _id: text, roles: textList }, ['_id', 'roles']) } },
    ['permissions'],
  ),
)

export const customFieldsList = schema<Listing & { readonly text?: string }>(paged({ text, sort: text }))

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
      customFieldId: { type: 'string', nullable: true },
      customFieldData: closed(
        {
          field: { type: 'string', pattern: '^[0-9a-zA-Z_-]+$' },
          label: text,
          scope: { type: 'string', enum: ['visitor', 'room'] },
          visibility: text,
          regexp: text,
          required: flag,
          type: text,
          defaultValue: text,
          options: text,
          public: flag,
          searchable: flag,
        },
        ['field', 'label', 'scope', 'visibility'],
      ),
    },
    ['customFieldId', 'customFieldData'],
  ),
)

export const customFieldsDelete = schema<{ readonly customFieldId: string }>(
  closed({ customFieldId: text }, ['customFieldId']),
)

/** An object with exactly one of `keys`, and any of `others`. */
function oneOf(keys: Record<string, object>, others: Record<string, object>): Record<string, unknown> {
  return {
    type: 'object',
    oneOf: Object.entries(keys).map(([key, type]) => closed({ [key]: type, ...others }, [key])),
  }
}
