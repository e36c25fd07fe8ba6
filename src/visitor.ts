// Somebody who talks to us through a channel and has no account: recognised by a token that their browser or app keeps.

import type { LastChat } from './contact.ts'

/** What somebody said of themselves. */
export interface Told {
  readonly name?: string
  /** Lower case. */
  readonly emails?: readonly { readonly address: string }[]
  readonly phones?: readonly { readonly phoneNumber: string }[]
  readonly customFields?: Readonly<Record<string, string>>
}

export interface Visitor extends Told {
  /** 24 lower-case hex characters. */
  readonly id: string
  /** A secret: whoever has it is the visitor. Absent once the visitor was removed. */
  readonly token?: string
  /** `guest-<n>`, unless the visitor came with one. */
  readonly username: string
  readonly status: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly managerUsername?: string
  readonly lastChat?: LastChat
  /** Months (`YYYY-MM`) in which an agent answered, 12 at most. */
  readonly activity?: readonly string[]
  /** Those who came with another token and the visitor's phone number or e-mail address, the last one last. */
  readonly aliases?: readonly Alias[]
  /** `false` on what a removed visitor leaves behind. */
  readonly enabled?: false
}

/**
 * Somebody who is taken for a visitor by what others may know, too: they talk as the visitor and are shown its conversation, and
 * of what was said of the visitor only what they said themselves; what they said is not shown to the visitor either.
 */
export interface Alias extends Told {
  readonly token: string
}

/** Under this name visitors are numbered. */
export const GUESTS = 'guest'

/** Aliases that a visitor has at most; the first go first. */
const MAX_ALIASES = 20

/** What a visitor tells of themselves; absent and empty members stay as they are. */
export interface VisitorDetails {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly username?: string | undefined
  readonly customFields?: Readonly<Record<string, string>> | undefined
}

/** The visitor as they tell of themselves now. */
export function describeVisitor(visitor: Visitor, details: VisitorDetails, now: Date): Visitor {
  const { username } = details
  return {
    ...tell(visitor, details),
    ...(username ? { username } : {}),
    updatedAt: now.toISOString(),
  }
}

/** The visitor as the alias with this token tells of themselves now, who may be new. */
export function describeAlias(visitor: Visitor, token: string, details: VisitorDetails, now: Date): Visitor {
  const { aliases = [] } = visitor
  const alias = tell(aliases.find((one) => one.token === token) ?? { token }, details)
  const others = aliases.filter((one) => one.token !== token)
  return { ...visitor, aliases: [...others, alias].slice(-MAX_ALIASES), updatedAt: now.toISOString() }
}

/** The visitor as the holder of the token knows them: with what was said with it. */
export function visitorFor(token: string, visitor: Visitor): Visitor {
  const alias = visitor.aliases?.find((one) => one.token === token)
  if (alias === undefined) return visitor
  const { id, username, status, createdAt, updatedAt } = visitor
  return { id, username, status, createdAt, updatedAt, ...alias }
}

/**
 * The visitor with all that was said by whomever. Of several names and values what the holder of the token said counts, else what
 * the visitor said, else what an alias said last.
 */
export function wholeVisitor(token: string, visitor: Visitor): Visitor {
  const { aliases = [] } = visitor
  if (aliases.length === 0) return visitor
  const tellers: readonly Told[] = [...aliases, visitor, visitorFor(token, visitor)]
  const name = tellers.findLast((teller) => teller.name !== undefined)?.name
  const customFields = Object.assign({}, ...tellers.map((teller) => teller.customFields))
  return {
    ...visitor,
    ...(name !== undefined && { name }),
    emails: distinct(tellers.flatMap(({ emails = [] }) => emails)),
    phones: distinct(tellers.flatMap(({ phones = [] }) => phones)),
    ...(Object.keys(customFields).length > 0 && { customFields }),
  }
}

/** The visitor's own and those of its aliases. */
export function tokensOf({ token, aliases = [] }: Visitor): string[] {
  return [...(token === undefined ? [] : [token]), ...aliases.map((alias) => alias.token)]
}

/** An e-mail address as visitors are kept and found by it. */
export function addressOf(email: string): string {
  return email.trim().toLowerCase()
}

/** What stays of a removed visitor: enough that their id is never given again. */
export function removeVisitor({ id, createdAt }: Visitor, now: Date): Visitor {
  return { id, username: '', status: 'offline', createdAt, updatedAt: now.toISOString(), enabled: false }
}

/** What is said now, by itself. */
export function toldNow(details: VisitorDetails): Told {
  return tell({}, details)
}

function distinct<T extends object>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function tell<T extends Told>(teller: T, { name, email = '', phone, customFields }: VisitorDetails): T {
  const address = addressOf(email)
  return {
    ...teller,
    ...(name ? { name } : {}),
    ...(address ? { emails: [{ address }] } : {}),
    ...(phone?.trim() ? { phones: [{ phoneNumber: phone }] } : {}),
    ...(customFields === undefined ? {} : { customFields: { ...teller.customFields, ...customFields } }),
  }
}
