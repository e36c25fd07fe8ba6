// Personal access tokens, for programs that act for somebody (contract 3.12).

import type { Access, PersonalToken, Session } from '../access/access.ts'
import { errors } from '../errors.ts'
import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-access.ts'

export function tokenRoutes({ access }: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: 'users.generatePersonalAccessToken',
      summary: 'Make a personal access token; it is shown this once',
      admission: 'login',
      body: wire.tokenGenerate,
      reply: replies.token,
      errors: ['not-authorized', 'error-token-already-exists'],
      handler: async ({ body, session }) => {
        await assertMayHaveTokens(access, session)
        const { tokenName, bypassTwoFactor = false } = body
        return { token: await access.personalTokens.generate(session.user, tokenName, bypassTwoFactor) }
      },
    }),
    route({
      method: 'POST',
      path: 'users.regeneratePersonalAccessToken',
      summary: 'Give a personal access token a new secret; the old one is refused from now on',
      admission: 'login',
      body: wire.tokenName,
      reply: replies.token,
      errors: ['not-authorized', 'error-token-does-not-exists'],
      handler: async ({ body, session }) => {
        await assertMayHaveTokens(access, session)
        return { token: await access.personalTokens.regenerate(session.user, body.tokenName) }
      },
    }),
    route({
      method: 'GET',
      path: 'users.getPersonalAccessTokens',
      summary: 'List my personal access tokens, without their secrets',
      admission: 'login',
      reply: replies.tokens,
      errors: ['not-authorized'],
      handler: async ({ session }) => {
        await assertMayHaveTokens(access, session)
        const tokens = await access.personalTokens.list(session.user)
        return { tokens: tokens.map(presentToken) }
      },
    }),
    route({
      method: 'POST',
      path: 'users.removePersonalAccessToken',
      summary: 'Remove a personal access token: it is refused from now on',
      admission: 'login',
      body: wire.tokenName,
      reply: replies.done,
      errors: ['not-authorized', 'error-token-does-not-exists'],
      handler: async ({ body, session }) => {
        await assertMayHaveTokens(access, session)
        await access.personalTokens.remove(session.user, body.tokenName)
        return {}
      },
    }),
  ]
}

async function assertMayHaveTokens(access: Access, { user }: Session): Promise<void> {
  if (!(await access.may(user, ['create-personal-access-tokens']))) throw errors.notAuthorized()
}

function presentToken({
  createdAt,
  personal: { name, lastTokenPart, bypassTwoFactor },
}: PersonalToken): object {
  return { name, createdAt, lastTokenPart, bypassTwoFactor }
}
