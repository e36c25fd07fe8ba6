// Somebody who talks to us through a channel and has no account: recognised by a token that their browser or app keeps.

import type { LastChat } from './contact.ts'

export interface Visitor {
  /** 24 lower-case hex characters. */
  readonly id: string
  /** A secret: whoever has it is the visitor. Absent once the visitor was removed. */
  readonly token?: string
  /** `guest-<n>`, unless the visitor came with one. */
  readonly username: string
  readonly status: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly name?: string
  /** Lower case. */
  readonly emails?: readonly { readonly address: string }[]
  readonly phones?: readonly { readonly phoneNumber: string }[]
  readonly departmentId?: string
  readonly customFields?: Readonly<Record<string, string>>
  readonly managerUsername?: string
  readonly lastChat?: LastChat
  /** Months (`YYYY-MM`) in which an agent answered, 12 at most. */
  readonly activity?: readonly string[]
  /** `false` on what a removed visitor leaves behind. */
  readonly enabled?: false
}

/** Under this name visitors are numbered. */
export const GUESTS = 'guest'

/** What a visitor tells of themselves; absent members stay as they are. */
export interface VisitorDetails {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly username?: string | undefined
  readonly customFields?: Readonly<Record<string, string>> | undefined
}

/** The visitor as they tell of themselves now. */
export function describeVisitor(visitor: Visitor, details: VisitorDetails, now: Date): Visitor {
  const { name, email, phone, username, customFields } = details
  return {
    ...visitor,
    ...(username ? { username } : {}),
    ...(name ? { name } : {}),
    ...(email ? { emails: [{ address: addressOf(email) }] } : {}),
    ...(phone ? { phones: [{ phoneNumber: phone }] } : {}),
    ...(customFields === undefined ? {} : { customFields: { ...visitor.customFields, ...customFields } }),
    updatedAt: now.toISOString(),
  }
}

/** An e-mail address as visitors are kept and found by it. */
export function addressOf(email: string): string {
  return email.trim().toLowerCase()
}

/** What stays of a removed visitor: enough that their id is never given again. */
export function removeVisitor({ id, createdAt }: Visitor, now: Date): Visitor {
  return { id, username: '', status: 'offline', createdAt, updatedAt: now.toISOString(), enabled: false }
}
