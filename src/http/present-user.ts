// Users to the wire, field by field: a hash of a password never gets near it.

import type { User } from '../access/access.ts'

/** Everything that may be known of a user. */
export function presentUser(user: User): object {
  return {
    _id: user.id,
    createdAt: user.createdAt,
    username: user.username,
    emails: user.emails,
    type: user.type,
    status: STATUS,
    active: user.active,
    roles: user.roles,
    name: user.name,
    ...user.extra,
    _updatedAt: user.updatedAt,
  }
}

/** What colleagues may know. */
export function presentUserForOthers({ id, username, type, active, name }: User): object {
  return { _id: id, username, type, status: STATUS, active, name }
}

/** What somebody sees of their own account. */
export function presentMe(user: User, rootUrl: string): object {
  const email = user.emails.find(({ verified }) => verified)?.address
  return {
    _id: user.id,
    name: user.name,
    username: user.username,
    emails: user.emails,
    status: STATUS,
    statusConnection: STATUS,
    utcOffset: 0,
    roles: user.roles,
    active: user.active,
    settings: { profile: {}, preferences: {}, calendar: {} },
    avatarUrl: `${rootUrl}/avatar/${encodeURIComponent(user.username ?? user.id)}`,
    isOAuthUser: false,
    ...(email === undefined ? {} : { email }),
    services: { password: { exists: user.passwordHash !== undefined } },
    ...user.extra,
    _updatedAt: user.updatedAt,
  }
}

/** Omnidex keeps no presence; clients expect one. */
const STATUS = 'online'
