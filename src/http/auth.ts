// Who is calling, and may they: the steps before anything of a request is read. 401, then 403, then 429.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access, Session } from '../access/access.ts'
import { errors } from '../errors.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Admission } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    session: Session | null
  }
}

/** The session of a request that needs one. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.session === null) throw errors.notLoggedIn()
  return request.session
}

/** @throws not-logged-in unless both headers name a living session */
export async function authenticate(access: Access, request: FastifyRequest): Promise<void> {
  const { 'x-user-id': userId, 'x-auth-token': secret } = request.headers
  if (typeof userId !== 'string' || typeof secret !== 'string') throw errors.notLoggedIn()
  const session = await access.authenticate(userId, secret)
  if (session === undefined) throw errors.notLoggedIn()
  request.session = session
}

/** @throws error-unauthorized or unauthorized when the caller lacks what the route asks for */
export async function permit(access: Access, admission: Admission, request: FastifyRequest): Promise<void> {
  if (typeof admission === 'string') return
  const { user } = sessionOf(request)
  if ('permissions' in admission) {
    if (!(await access.may(user, admission.permissions))) throw errors.notPermitted()
  } else if (!(await access.mayAny(user, admission.anyPermission))) {
    throw errors.forbidden()
  }
}

/**
 * Counts the request against its user's bucket, or its address's where nobody is logged in, and says so in the headers.
 * @throws error-too-many-requests when the bucket is empty
 */
export async function limitRate(
  access: Access,
  limit: RateLimit,
  now: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const user = request.session?.user
  if (user !== undefined && (await access.may(user, ['api-bypass-rate-limit']))) return
  const state = limit.take(user === undefined ? `address ${request.ip}` : `user ${user.id}`, now)
  reply.header('x-ratelimit-limit', state.limit)
  reply.header('x-ratelimit-remaining', state.remaining)
  reply.header('x-ratelimit-reset', state.resetAt)
  if (state.waitMs === 0) return
  throw errors.tooManyRequests({ seconds: Math.ceil(state.waitMs / 1_000) })
}
