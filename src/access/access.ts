// Who is there and what they may do: the door of src/access. All writes of users, tokens and roles go through it, so
// that whatever is revoked is refused from the next request on; what another process revokes, within half a second.

import * as bcrypt from '@node-rs/bcrypt'
import { errors } from '../errors.ts'
import type { Store, Token, User } from '../store/store.ts'
import { LoginLimiter } from './login-limiter.ts'
import { checkPassword, type Password, randomPassword, type Verify } from './passwords.ts'
import { Permissions } from './permissions.ts'
import { Recent } from './recent.ts'
import { after, type Soon } from './soon.ts'
import { hashToken, newSecret, PersonalTokens, sameHash } from './tokens.ts'
import { type UserKey, Users } from './users.ts'

export type { Permission, User } from '../store/store.ts'
export { networkOf } from './network.ts'
export { type Password, randomPassword } from './passwords.ts'
export type { PermissionChange } from './permissions.ts'
export { after, type Soon } from './soon.ts'
export type { PersonalToken } from './tokens.ts'
export type * from './users.ts'
export { isAvailable } from './users.ts'

export interface AccessOptions {
  readonly store: Pick<Store, 'users' | 'tokens' | 'roles'>
  readonly now: () => Date
  /** Default: bcrypt's own comparison. */
  readonly verify?: Verify
}

/** What is asked of callers: who they are, and whether they may. */
export interface Gate {
  /**
   * The session of a user id and a secret as sent with a request; `undefined` when they do not let anybody in.
   * @param address  of the client
   */
  authenticate(userId: string, secret: string, address: string): Soon<Session | undefined>
  /** Whether the user holds all of the permissions. */
  may(user: User, permissions: readonly string[]): Soon<boolean>
  /** Whether the user holds one of the permissions at least. */
  mayAny(user: User, permissions: readonly string[]): Soon<boolean>
}

/** Somebody who presented a valid token. */
export interface Session {
  readonly user: User
  /** Hash of the token that was presented. */
  readonly tokenHash: string
}

/** A session with the secret that the client presents from now on. */
export interface Login extends Session {
  readonly secret: string
}

export type Credentials = Exclude<UserKey, { id: string }> & { readonly password: Password }

export interface FirstAdministrator {
  readonly username: string
  /** A random one when absent. */
  readonly password?: string
  readonly name?: string
  readonly email?: string
}

/** A session and when it ends: unix milliseconds. */
type FoundSession = { readonly session: Session; readonly endsMs: number }

const loginDays = 90
const dayMs = 86_400_000

export class Access implements Gate {
  readonly users: Users
  readonly permissions: Permissions
  readonly personalTokens: PersonalTokens
  readonly #store: AccessOptions['store']
  readonly #now: () => Date
  readonly #verify: Verify
  readonly #limiter: LoginLimiter
  readonly #found: Recent<FoundSession>

  constructor({ store, now, verify = bcrypt.verify }: AccessOptions) {
    this.permissions = new Permissions(store.roles, now)
    this.#found = new Recent(now, (tokenHash) => this.#find(tokenHash))
    const changed = () => this.#found.forget()
    this.users = new Users(store.users, this.permissions, now, changed)
    this.personalTokens = new PersonalTokens(store.tokens, now, changed)
    this.#store = store
    this.#now = now
    this.#verify = verify
    this.#limiter = new LoginLimiter(now)
  }

  /** Adds the default roles and permissions that are missing. To be called before anything else, at every start. */
  ensureDefaults(): Promise<void> {
    return this.permissions.ensureDefaults()
  }

  /**
   * Makes the first administrator, unless somebody has the role `admin`. Returns the user with the password when it was
   * made up here, to be shown once; `undefined` when there was nothing to do.
   * @throws as `users.create`
   */
  async ensureAdministrator(
    first: FirstAdministrator,
  ): Promise<{ user: User; generatedPassword?: string } | undefined> {
    if (await this.users.hasAdministrator()) return undefined
    const password = first.password ?? randomPassword()
    const user = await this.#createAdministrator({ ...first, password })
    if (user === undefined) return undefined
    return first.password === undefined ? { user, generatedPassword: password } : { user }
  }

  /** `undefined` when another server, started at the same time, was quicker. */
  async #createAdministrator(first: FirstAdministrator & { password: string }): Promise<User | undefined> {
    try {
      return await this.users.create({ ...first, roles: ['admin', 'user'], verified: true })
    } catch (error) {
      if (await this.users.hasAdministrator()) return undefined
      throw error
    }
  }

  /** The session of a user id and a secret as sent with a request; `undefined` when they do not let anybody in. */
  authenticate(userId: string, secret: string): Soon<Session | undefined> {
    return after(this.#session(secret), (session) => (session?.user.id === userId ? session : undefined))
  }

  /**
   * Logs in for 90 days.
   * @param address  of the client, to which failures are counted besides the name
   * @throws login-failed alike for an unknown user, a wrong password and an account that is not active,
   *   error-too-many-requests after too many failures
   */
  async login(credentials: Credentials, address: string): Promise<Login> {
    const user = await this.#limiter.attempt(givenName(credentials), address, () => this.#check(credentials))
    if (user === undefined) throw errors.loginFailed()
    return this.#open(user)
  }

  /**
   * The session of a secret alone, which stays valid as long as it was.
   * @throws login-failed
   */
  async resume(secret: string): Promise<Login> {
    const session = await this.#session(secret)
    if (session === undefined) throw errors.loginFailed()
    return { ...session, secret }
  }

  /** Forgets the token that was presented, and no other. */
  async logout(session: Session): Promise<void> {
    await this.#store.tokens.delete(session.user.id, session.tokenHash)
    this.#found.forget()
  }

  /** Whether the user holds all of the permissions. */
  may(user: User, permissions: readonly string[]): Soon<boolean> {
    return this.permissions.hasAll(user, permissions)
  }

  /** Whether the user holds one of the permissions at least. */
  mayAny(user: User, permissions: readonly string[]): Soon<boolean> {
    return this.permissions.hasAny(user, permissions)
  }

  /**
   * A personal access token made by the operator, for a program: it asks for no second factor.
   * @throws user-not-found, error-token-already-exists: replacing it would cut off whoever uses it
   */
  async createToken(username: string, name: string): Promise<{ userId: string; secret: string }> {
    const user = await this.users.get({ username })
    return { userId: user.id, secret: await this.personalTokens.generate(user, name, true) }
  }

  /** Removes tokens that have expired, which only take up room; returns how many. */
  forgetExpiredTokens(): Promise<number> {
    return this.#store.tokens.deleteExpired(this.#now().toISOString())
  }

  async #check(credentials: Credentials): Promise<User | undefined> {
    const user = await this.users.find(credentials)
    const fits = await checkPassword(credentials.password, user?.passwordHash, this.#verify)
    return fits && user?.active ? user : undefined
  }

  async #open(user: User): Promise<Login> {
    const secret = newSecret()
    const tokenHash = hashToken(secret)
    const now = this.#now()
    const expiresAt = new Date(now.getTime() + loginDays * dayMs).toISOString()
    await this.#store.tokens.create({
      userId: user.id,
      hash: tokenHash,
      createdAt: now.toISOString(),
      expiresAt,
    })
    return { user, tokenHash, secret }
  }

  #session(secret: string): Soon<Session | undefined> {
    // By its hash: a look-up by the secret itself would take longer the more of it is right, and would keep it.
    return after(this.#found.get(hashToken(secret)), (found) =>
      found && this.#isValid(found) ? found.session : undefined,
    )
  }

  async #find(tokenHash: string): Promise<FoundSession | undefined> {
    const found = await this.#store.tokens.findByHash(tokenHash)
    // A database may compare more generously than we do, without regard to case for one.
    if (found === undefined || !sameHash(found.token.hash, tokenHash)) return undefined
    return { session: { user: found.user, tokenHash }, endsMs: endOf(found.token) }
  }

  #isValid({ session, endsMs }: FoundSession): boolean {
    return session.user.active && !(endsMs <= this.#now().getTime())
  }
}

function endOf({ expiresAt }: Token): number {
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)
}

/**
 * What failures are counted under: the name as given. Counting under the account it belongs to would tell that a user
 * name and an e-mail address belong together.
 */
function givenName(credentials: Credentials): string {
  if ('username' in credentials) return credentials.username
  return 'email' in credentials ? credentials.email : credentials.user
}
