// Errors to replies: the one place that knows the envelopes of contract 2.4. Whatever is not an OmnidexError is
// "internal": the client learns nothing of it, the operator finds all of it in the log.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { errors, OmnidexError } from '../errors.ts'
import { ValidationError } from './validation.ts'

/** The reply to an error: an OmnidexError's own, a typed route's, or Fastify's translated. */
export function errorEnvelope(error: OmnidexError): object {
  if (error.code === errors.notLoggedIn.definition.code) return { status: 'error', message: error.message }
  if (error.code === errors.loginFailed.definition.code) {
    return { success: false, error: error.message, status: 'error', message: error.message }
  }
  if (error instanceof ValidationError && error.typed) {
    return { success: false, errorType: error.errorType, error: error.message }
  }
  if (error.form === 'bare') return { success: false }
  if (error.form === 'plain') return { success: false, error: error.message }
  if (error.form === 'typed') return { success: false, error: error.message, errorType: error.errorType }
  const name = `[${error.errorType}]`
  const text = error.form === 'terse' ? name : `${error.message} ${name}`
  // Rocket.Chat names neither the type of a missing permission nor that of too many requests.
  if (error.status === 403 || error.status === 429) return { success: false, error: text }
  const envelope = { success: false, error: text, errorType: error.errorType }
  return error.details === undefined ? envelope : { ...envelope, details: error.details }
}

export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = asOmnidexError(thrown)
  if (error.status >= 500) request.log.error({ err: thrown }, 'request failed')
  const retryAfter = error.retryAfter ?? (error.status === 503 ? 1 : undefined)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  return reply
    .code(error.status)
    .type('application/json')
    .send(Buffer.from(JSON.stringify(errorEnvelope(error))))
}

function asOmnidexError(thrown: unknown): OmnidexError {
  // Errors that stop a start or a command name files: to a client they are as internal as the unforeseen.
  if (thrown instanceof OmnidexError)
    return thrown.status === 500 ? errors.internal(undefined, thrown) : thrown
  const status = (thrown as { statusCode?: unknown }).statusCode
  // Fastify refuses some requests by itself, before any of our code sees them.
  if (typeof status === 'number' && status >= 400 && status < 500) return errors.badRequest(undefined, thrown)
  return errors.internal(undefined, thrown)
}
