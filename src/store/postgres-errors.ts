// What PostgreSQL's error codes mean to the person who must act. Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html

import { errors, OmnidexError } from '../errors.ts'

const READ_ONLY = '25006'
const WRONG_PASSWORD = '28P01'
const NOT_AUTHORISED = '28000'
const NO_DATABASE = '3D000'
const NO_PRIVILEGE = '42501'
const DISK_FULL = '53100'
const LOCK_TIMEOUT = '55P03'
const STATEMENT_TIMEOUT = '57014'
const DEADLOCK = '40P01'

/** Classes of codes that say the server is not there for us now: connections, resources, operators' interventions. */
const AWAY = ['08', '53', '57P']

/**
 * The same error as one of ours, the original as its cause; errors that are about something else come back as they are.
 * @param path  the database's address without what is secret in it
 */
export function explainPostgresError(error: unknown, path: string): unknown {
  if (error instanceof OmnidexError || !(error instanceof Error)) return error
  withoutValues(error)
  const code = codeOf(error)
  const reason = error.message
  if (code === DISK_FULL) return errors.storeFull(undefined, error)
  if (code === LOCK_TIMEOUT || code === DEADLOCK) return errors.storeBusy(undefined, error)
  if (code === STATEMENT_TIMEOUT) return errors.storeAway(undefined, error)
  if (OF_CERTIFICATES.test(code)) return errors.storeUntrusted({ path, reason }, error)
  if (code === WRONG_PASSWORD || code === NOT_AUTHORISED) return errors.storeDenied({ path, reason }, error)
  if (code === NO_DATABASE) return errors.storeMissing({ path }, error)
  if (code === NO_PRIVILEGE) return errors.storeUnprivileged({ path, reason }, error)
  if (code === READ_ONLY) return errors.storeReadOnly({ path }, error)
  if (isAway(error, code)) return errors.storeAway(undefined, error)
  return error
}

/** What the server says beside its message may hold what was searched for or written, which no log may have. */
function withoutValues(error: Error): void {
  for (const part of ['detail', 'where', 'internalQuery']) Reflect.deleteProperty(error, part)
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Errors of the network have names for codes; those that `pg` itself makes have none. */
function isAway(error: Error, code: string): boolean {
  const isNetwork = 'syscall' in error || error instanceof AggregateError
  return isNetwork || AWAY.some((start) => code.startsWith(start)) || OF_CLIENT.test(error.message)
}

/** Of the ways in which Node finds a certificate wanting. */
const OF_CERTIFICATES =
  /^(ERR_TLS_CERT|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/

/** What `pg` says of connections: ended, refused by the pool's time-out, not to be used any more, not encrypted. */
const OF_CLIENT =
  /^(Connection terminated|Client (was closed|has encountered)|timeout (exceeded|expired)|Query read timeout|The server does not support SSL)|connection timeout/i
