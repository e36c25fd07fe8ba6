// Logging in and out, and who one is (contract 3.12).

import type { Credentials, Login } from '../access/access.ts'
import { presentMe } from './present-user.ts'
import * as replies from './replies.ts'
import { Raw, type Route, route, type Services } from './route.ts'
import { ValidationError } from './validation.ts'
import * as wire from './wire-access.ts'

/** The one reply that says nothing of success. */
const LOGGED_OUT = Buffer.from(
  JSON.stringify({ status: 'success', data: { message: "You've been logged out!" } }),
)

export function sessionRoutes({ access, rootUrl }: Services): Route[] {
  const logout = {
    path: 'logout',
    summary: 'End this session: its token is refused from now on',
    admission: 'login',
    reply: replies.logout,
  } as const
  return [
    route({
      method: 'POST',
      path: 'login',
      summary: 'Log in with a password, or with the token of an earlier login',
      admission: 'public',
      body: wire.login,
      errorStyle: 'typed',
      reply: replies.login,
      errors: ['login-failed', 'error-too-many-requests'],
      handler: async ({ body, request }) => {
        const { user, secret } = await logIn(body, request.ip)
        return {
          status: 'success',
          data: { userId: user.id, authToken: secret, me: presentMe(user, rootUrl()) },
        }
      },
    }),
    ...(['GET', 'POST'] as const).map((method) =>
      route({
        ...logout,
        method,
        handler: async ({ session }) => {
          await access.logout(session)
          return new Raw(LOGGED_OUT)
        },
      }),
    ),
    route({
      method: 'GET',
      path: 'me',
      summary: 'Who is logged in',
      admission: 'login',
      reply: replies.me,
      handler: async ({ session }) => presentMe(session.user, rootUrl()),
    }),
  ]

  async function logIn(body: wire.Login, address: string): Promise<Login> {
    if (body.resume !== undefined) return access.resume(body.resume)
    return access.login(credentialsOf(body), address)
  }
}

/** @throws invalid-params when nobody or no password is named */
function credentialsOf({ user, username, email, password }: wire.Login): Credentials {
  if (password === undefined) throw missing('password')
  if (user !== undefined) return { user, password }
  if (username !== undefined) return { username, password }
  if (email !== undefined) return { email, password }
  throw missing('user')
}

/** As the schema would say it, did it not have to allow for `resume` alone. */
function missing(member: string): ValidationError {
  return new ValidationError([`must have required property '${member}'`], 'body', 'typed')
}
