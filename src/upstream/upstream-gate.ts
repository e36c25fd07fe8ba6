// Who callers are and what they may do, as the upstream knows it: they present the tokens that they have there. What it says is
// remembered for a short time, and asked for again before that is over while they go on.

import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type Gate, networkOf, type Session, type Soon, type User } from '../access/access.ts'
import { errors } from '../errors.ts'
import { type Answer, type Credentials, reasonOf, type Upstream } from './upstream.ts'

export interface UpstreamGateOptions {
  readonly upstream: Upstream
  /** Milliseconds for which the upstream's word counts. */
  readonly trustMs: number
  readonly now: () => Date
  /** The upstream could not be asked. */
  readonly onTrouble?: (reason: string) => void
}

/** What the upstream said of a token. */
interface Verdict {
  /** `undefined` when it let nobody in. */
  readonly session: Session | undefined
  /** Permissions of the session's user. */
  readonly permissions: ReadonlySet<string>
  /** When it was asked: unix milliseconds. */
  readonly askedMs: number
  /** From when on it is worth asking again: unix milliseconds. */
  readonly refreshMs: number
}

/** Which roles hold a permission. */
interface RoleTable {
  readonly rolesOf: ReadonlyMap<string, readonly string[]>
  readonly askedMs: number
}

const MAX_REMEMBERED = 100_000
/** A refusal is remembered for no longer: somebody may have logged in since. */
const REFUSED_MS = 2_000
/** After an upstream could not be asked, it is left alone for so long by those whose token still counts. */
const RETRY_MS = 2_000
/** Questions at one time that clients of one network can cause, and all of them. */
const MAX_ASKING_PER_NETWORK = 32
const MAX_ASKING = 256

export class UpstreamGate implements Gate {
  readonly #options: UpstreamGateOptions
  readonly #verdicts = new LRUCache<string, Verdict>({ max: MAX_REMEMBERED })
  readonly #permissions = new WeakMap<User, ReadonlySet<string>>()
  /** Questions under way, by token. */
  readonly #asking = new Map<string, Promise<Verdict>>()
  readonly #networks = new Map<string, number>()
  #roles: RoleTable | undefined
  #askingRoles: Promise<RoleTable> | undefined

  constructor(options: UpstreamGateOptions) {
    this.#options = options
  }

  /** @throws upstream-unavailable, upstream-busy, error-too-many-requests */
  authenticate(userId: string, secret: string, address: string): Soon<Session | undefined> {
    const key = hash('sha256', JSON.stringify([userId, secret]), 'base64')
    const known = this.#verdicts.get(key)
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : this.#now() - known.askedMs
    const trustMs = known?.session === undefined ? REFUSED_MS : this.#options.trustMs
    const ask = () => this.#ask(key, { userId, token: secret }, address)
    if (known === undefined || ageMs >= trustMs) return ask().then(({ session }) => session)
    // Nobody waits for this; if it fails, whoever comes after the time asks again, and hears why.
    if (known.session !== undefined && this.#now() >= known.refreshMs) {
      ask().catch(() => this.#verdicts.set(key, { ...known, refreshMs: this.#now() + RETRY_MS }))
    }
    return known.session
  }

  may(user: User, permissions: readonly string[]): boolean {
    const held = this.#permissions.get(user)
    return held !== undefined && permissions.every((permission) => held.has(permission))
  }

  mayAny(user: User, permissions: readonly string[]): boolean {
    return permissions.some((permission) => this.may(user, [permission]))
  }

  #now(): number {
    return this.#options.now().getTime()
  }

  /** One question for each token at a time. */
  #ask(key: string, as: Credentials, address: string): Promise<Verdict> {
    return this.#asking.get(key) ?? this.#begin(key, as, address)
  }

  /** @throws upstream-unavailable also when too much is asked at once: whoever is in front of us can ask the upstream itself */
  #begin(key: string, as: Credentials, address: string): Promise<Verdict> {
    const network = networkOf(address)
    const before = this.#networks.get(network) ?? 0
    if (before >= MAX_ASKING_PER_NETWORK || this.#asking.size >= MAX_ASKING) {
      return Promise.reject(errors.upstreamUnavailable({ seconds: 1 }))
    }
    this.#networks.set(network, before + 1)
    const asking = this.#verdict(as, address).then((verdict) => {
      this.#remember(key, verdict)
      return verdict
    })
    this.#asking.set(key, asking)
    const done = () => {
      this.#asking.delete(key)
      const left = (this.#networks.get(network) ?? 1) - 1
      if (left === 0) this.#networks.delete(network)
      else this.#networks.set(network, left)
    }
    asking.then(done, done)
    return asking
  }

  #remember(key: string, verdict: Verdict): void {
    this.#verdicts.set(key, verdict)
    if (verdict.session !== undefined) this.#permissions.set(verdict.session.user, verdict.permissions)
  }

  async #verdict(as: Credentials, from: string): Promise<Verdict> {
    const askedMs = this.#now()
    const { status, body } = await this.#get('me', as, from)
    // Whatever else it says is no word about this caller: a maintenance page for one.
    if (status !== 200 && status !== 401) throw this.#trouble(`it answered ${status} to me`)
    const user = status === 200 ? userOf(body) : undefined
    if (status === 200 && user === undefined) throw this.#trouble('it did not say who a caller is')
    if (user === undefined || user.id !== as.userId || !user.active) {
      return { session: undefined, permissions: new Set(), askedMs, refreshMs: askedMs }
    }
    const roles = await this.#roleTable(as, from)
    const permissions = new Set<string>()
    for (const [permission, holders] of roles.rolesOf) {
      if (holders.some((role) => user.roles.includes(role))) permissions.add(permission)
    }
    const tokenHash = hash('sha256', as.token, 'base64')
    // Its word counts from when the older of the two answers was asked for.
    const sinceMs = Math.min(askedMs, roles.askedMs)
    const refreshMs = askedMs + this.#options.trustMs / 2
    return { session: { user, tokenHash }, permissions, askedMs: sinceMs, refreshMs }
  }

  /** The same for all users, so it is asked for once in a while. */
  #roleTable(as: Credentials, from: string): Soon<RoleTable> {
    const isFresh = this.#roles !== undefined && this.#now() - this.#roles.askedMs < this.#options.trustMs / 4
    if (isFresh && this.#roles) return this.#roles
    this.#askingRoles ??= this.#askRoles(as, from).finally(() => {
      this.#askingRoles = undefined
    })
    return this.#askingRoles
  }

  async #askRoles(as: Credentials, from: string): Promise<RoleTable> {
    const askedMs = this.#now()
    const { status, body } = await this.#get('permissions.listAll', as, from)
    const { update } = (body ?? {}) as { update?: unknown }
    if (status !== 200 || !Array.isArray(update)) throw this.#trouble(`it answered ${status}`)
    const rolesOf = new Map<string, readonly string[]>()
    for (const permission of update) {
      const { _id, roles } = (permission ?? {}) as { _id?: unknown; roles?: unknown }
      if (typeof _id === 'string' && Array.isArray(roles)) rolesOf.set(_id, roles)
    }
    this.#roles = { rolesOf, askedMs }
    return this.#roles
  }

  /** @throws upstream-unavailable, upstream-busy */
  async #get(path: string, as: Credentials, from: string): Promise<Answer> {
    const { upstream } = this.#options
    const answer = await upstream.ask({ path, as, from }).catch((error: unknown) => {
      throw this.#trouble(reasonOf(error), error)
    })
    if (answer.status !== 429) return answer
    throw errors.upstreamBusy({ seconds: Math.ceil(answer.waitMs / 1_000) })
  }

  #trouble(reason: string, cause?: unknown): Error {
    this.#options.onTrouble?.(reason)
    return errors.upstreamUnavailable({ seconds: 5 }, cause)
  }
}

/** `undefined` when nobody is let in: Rocket.Chat says who is there, and nothing where nobody is. */
function userOf(body: unknown): User | undefined {
  const { _id, username, name, roles, active } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (typeof _id !== 'string') return undefined
  return {
    id: _id,
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    emails: [],
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    active: active !== false,
    type: 'user',
    createdAt: '',
    updatedAt: '',
  }
}
