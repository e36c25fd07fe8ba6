// The secrets clients carry, and what is kept of them: SHA-256 only. A secret has 256 random bits, so unlike a password
// it needs no slow hash, and one quick look-up per request is enough.

import * as crypto from 'node:crypto'
import { errors } from '../errors.ts'
import type { Token, TokenStore, User } from '../store/store.ts'

export type PersonalToken = Token & { readonly personal: NonNullable<Token['personal']> }

/** 43 characters of `A-Z a-z 0-9 - _`. */
export function newSecret(): string {
  return crypto.randomBytes(32).toString('base64url')
}

/** base64(SHA-256(secret)), the form in which the store knows a token. */
export function hashToken(secret: string): string {
  return crypto.hash('sha256', secret, 'base64')
}

/** Takes the same time wherever two hashes of equal length differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && crypto.timingSafeEqual(left, right)
}

/** Personal access tokens: they do not expire and carry a name, unique for their user. */
export class PersonalTokens {
  readonly #tokens: TokenStore
  readonly #now: () => Date
  readonly #changed: () => void

  /** @param changed  called when a token that was valid no longer is */
  constructor(tokens: TokenStore, now: () => Date, changed: () => void) {
    this.#tokens = tokens
    this.#now = now
    this.#changed = changed
  }

  /**
   * Makes a token and returns its secret, which cannot be had again.
   * @param bypassTwoFactor  default false
   * @throws invalid-params when the name is blank, error-token-already-exists
   */
  async generate(user: User, name: string, bypassTwoFactor = false): Promise<string> {
    if (name.trim() === '') throw errors.invalidParams({ message: 'The name of the token must not be empty' })
    const secret = newSecret()
    await this.#tokens.create(this.#token(user, name, bypassTwoFactor, secret))
    return secret
  }

  /**
   * Gives the token a new secret and returns it; the old one is refused from then on.
   * @throws error-token-does-not-exists
   */
  async regenerate(user: User, name: string): Promise<string> {
    const old = (await this.list(user)).find((token) => token.personal.name === name)
    if (old === undefined) throw errors.tokenNotFound()
    const secret = newSecret()
    const replaced = await this.#tokens.replacePersonal(
      this.#token(user, name, old.personal.bypassTwoFactor, secret),
    )
    if (!replaced) throw errors.tokenNotFound()
    this.#changed()
    return secret
  }

  /** The user's tokens in the order they were made. */
  async list(user: User): Promise<PersonalToken[]> {
    return (await this.#tokens.listPersonal(user.id)).filter(isPersonal)
  }

  /**
   * @throws error-token-does-not-exists
   */
  async remove(user: User, name: string): Promise<void> {
    if (!(await this.#tokens.deletePersonal(user.id, name))) throw errors.tokenNotFound()
    this.#changed()
  }

  #token(user: User, name: string, bypassTwoFactor: boolean, secret: string): Token {
    return {
      userId: user.id,
      hash: hashToken(secret),
      createdAt: this.#now().toISOString(),
      personal: { name, lastTokenPart: secret.slice(-6), bypassTwoFactor },
    }
  }
}

function isPersonal(token: Token): token is PersonalToken {
  return token.personal !== undefined
}
