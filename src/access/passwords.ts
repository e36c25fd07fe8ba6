// Passwords, kept as Meteor keeps them so that Rocket.Chat's users can be taken over with the hashes they have: bcrypt
// over the lower-case hex SHA-256 of the password. The SHA-256 in front also lifts bcrypt's limit of 72 bytes.

import * as crypto from 'node:crypto'
import * as bcrypt from '@node-rs/bcrypt'

/** What somebody claims to know: the password itself, or its lower-case hex SHA-256 made by the client. */
export type Password = string | { readonly digest: string; readonly algorithm: 'sha-256' }

/** Compares a digest with a bcrypt hash, off the main thread. Tests pass their own to count the work. */
export type Verify = (digest: string, passwordHash: string) => Promise<boolean>

const cost = 10
const wellFormed = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/

/** A hash of random bytes that nobody kept, at the cost of the real ones. */
const dummyHash = '$2b$10$ldpCPz6D0M.g1JfkxR8HZem.D/pPOWuwXeEGOakfCNrchTFjQpsUu'

/** The hash to store, `$2b$` at cost 10. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(digestOf(password), { cost })
}

/**
 * Whether the password fits the stored hash (`$2a$`, `$2b$` or `$2y$`). Costs one bcrypt comparison whatever the
 * answer, with no hash or a damaged one too, so that the time taken does not tell who exists.
 */
export async function checkPassword(
  password: Password,
  passwordHash: string | undefined,
  verify: Verify = bcrypt.verify,
): Promise<boolean> {
  const usable = passwordHash !== undefined && wellFormed.test(passwordHash)
  const fits = await verify(digestOf(password), usable ? passwordHash : dummyHash)
  return usable && fits
}

/** A password of 20 characters nobody can guess (120 bits). */
export function randomPassword(): string {
  return crypto.randomBytes(15).toString('base64url')
}

function digestOf(password: Password): string {
  return typeof password === 'string' ? crypto.hash('sha256', password, 'hex') : password.digest
}
