// Who is calling, and may they: the steps before anything of a request is read. 401, then 403, then 429.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { after, type Gate, networkOf, type Session, type Soon } from '../access/access.ts'
import { errors } from '../errors.ts'
import { RateLimit } from './rate-limit.ts'
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
export function authenticate(gate: Gate, request: FastifyRequest): Soon<void> {
  const { 'x-user-id': userId, 'x-auth-token': secret } = request.headers
  if (typeof userId !== 'string' || typeof secret !== 'string') throw errors.notLoggedIn()
  return after(gate.authenticate(userId, secret, request.ip), (session) => {
    if (session === undefined) throw errors.notLoggedIn()
    request.session = session
  })
}

/** @throws error-unauthorized or unauthorized when the caller lacks what the route asks for */
export function permit(gate: Gate, admission: Admission, request: FastifyRequest): Soon<void> {
  if (typeof admission === 'string') return
  const { user } = sessionOf(request)
  return 'permissions' in admission
    ? after(gate.may(user, admission.permissions), (may) => assertMay(may, errors.notPermitted))
    : after(gate.mayAny(user, admission.anyPermission), (may) => assertMay(may, errors.forbidden))
}

function assertMay(may: boolean, error: () => Error): void {
  if (!may) throw error()
}

/**
 * Counts the request against its user's bucket, or its address's where nobody is logged in, and says so in the headers.
 * @throws error-too-many-requests when the bucket is empty
 */
export function limitRate(
  gate: Gate,
  limit: RateLimit,
  now: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Soon<void> {
  const user = request.session?.user
  if (user === undefined) return countRequest(limit, `address ${networkOf(request.ip)}`, now, reply)
  return after(gate.may(user, ['api-bypass-rate-limit']), (isExempt) => {
    if (!isExempt) countRequest(limit, `user ${user.id}`, now, reply)
  })
}

/**
 * For routes that take conversations in: the secret, if there is one, then a bucket for each address and route.
 * @param perMinute  requests an address (of IPv6 its /64) may make; 0 for no limit
 */
export function intakeAdmission(secret: string | undefined, perMinute: number) {
  const limit = perMinute > 0 ? new RateLimit(perMinute) : undefined
  return (path: string, now: number, request: FastifyRequest, reply: FastifyReply): void => {
    // Counted first: secrets are not to be guessed either.
    if (limit !== undefined) countRequest(limit, `${path} ${networkOf(request.ip)}`, now, reply)
    const given = request.headers['x-omnidex-intake-secret']
    if (secret !== undefined && !isSameSecret(secret, given)) throw errors.intakeSecretWrong()
  }
}

/** Compares hashes, which are of one length, in constant time. */
function isSameSecret(secret: string, given: unknown): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return typeof given === 'string' && timingSafeEqual(digest(secret), digest(given))
}

function countRequest(limit: RateLimit, caller: string, now: number, reply: FastifyReply): void {
  const state = limit.take(caller, now)
  reply.header('x-ratelimit-limit', state.limit)
  reply.header('x-ratelimit-remaining', state.remaining)
  reply.header('x-ratelimit-reset', state.resetAt)
  if (state.waitMs === 0) return
  throw errors.tooManyRequests({ seconds: Math.ceil(state.waitMs / 1_000) })
}
