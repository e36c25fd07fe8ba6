// User accounts (contract 3.12).

import type { User } from '../access/access.ts'
import { errors } from '../errors.ts'
import { pageOf } from './page.ts'
import { presentUser, presentUserForOthers } from './present-user.ts'
import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import { parseSort, userSort } from './sort.ts'
import * as wire from './wire-access.ts'

export function userRoutes({ access, counts }: Services): Route[] {
  const seesAll = (user: User) => access.may(user, ['view-full-other-user-info'])
  return [
    route({
      method: 'POST',
      path: 'users.create',
      summary: 'Create a user',
      admission: 'login',
      body: wire.usersCreate,
      errorStyle: 'typed',
      reply: replies.usersCreate,
      errors: ['error-unauthorized', 'error-invalid-role', 'error-field-unavailable', 'email-taken'],
      handler: async ({ body, session }) => {
        if (!(await access.may(session.user, ['create-user']))) throw errors.notPermitted()
        return { user: presentUser(await access.users.create(newUserOf(body), session.user)) }
      },
    }),
    route({
      method: 'POST',
      path: 'users.delete',
      summary: 'Delete a user with all tokens',
      admission: { permissions: ['delete-user'] },
      body: wire.usersDelete,
      errorStyle: 'typed',
      reply: replies.usersDelete,
      errors: ['error-invalid-user', 'error-action-not-allowed'],
      handler: async ({ body }) => {
        await access.users.delete(keyOf(body))
        return { deletedRooms: [] }
      },
    }),
    route({
      method: 'GET',
      path: 'users.info',
      summary: 'Read one user',
      admission: 'login',
      query: wire.usersInfo,
      errorStyle: 'typed',
      reply: replies.usersInfo,
      errors: ['user-not-found'],
      handler: async ({ query, session }) => {
        const all = await seesAll(session.user)
        // Whoever may not see addresses must not find out whose they are either.
        if (!all && 'email' in query) throw errors.userNotFound()
        const user = await access.users.get(keyOf(query))
        const full = all || user.id === session.user.id
        return { user: { ...(full ? presentUser(user) : presentUserForOthers(user)), canViewAllInfo: all } }
      },
    }),
    route({
      method: 'GET',
      path: 'users.list',
      summary: 'List users',
      admission: { permissions: ['view-d-room'] },
      query: wire.usersList,
      reply: replies.usersList,
      errors: ['error-invalid-sort'],
      handler: async ({ query, session }) => {
        const { offset, count } = pageOf(query, counts)
        const { users, total } = await access.users.list({
          offset,
          count,
          sort: userSort(parseSort(query.sort)),
        })
        const present = (await seesAll(session.user)) ? presentUser : presentUserForOthers
        return { users: users.map(present), count: users.length, offset, total }
      },
    }),
  ]
}

function newUserOf({ username, password, name, email, roles, active, verified, ...rest }: wire.UsersCreate) {
  const { bio, nickname, statusText, customFields } = rest
  const extra = { bio, nickname, statusText, customFields }
  const given = Object.fromEntries(Object.entries(extra).filter(([, value]) => value !== undefined))
  return {
    username,
    password,
    name,
    email,
    ...(roles === undefined ? {} : { roles }),
    ...(active === undefined ? {} : { active }),
    ...(verified === undefined ? {} : { verified }),
    ...(Object.keys(given).length === 0 ? {} : { extra: given }),
  }
}

function keyOf({ userId, username, user, email }: wire.UserReference) {
  if (userId !== undefined) return { id: userId }
  if (username !== undefined) return { username }
  return user === undefined ? { email: email ?? '' } : { user }
}
