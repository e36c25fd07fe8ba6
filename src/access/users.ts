// The people who may log in: made, found, listed, deleted, and given the roles of agents and managers.

import { errors } from '../errors.ts'
import { meteorId } from '../meteor-id.ts'
import type { User, UserStore } from '../store/store.ts'
import { hashPassword } from './passwords.ts'
import type { Permissions } from './permissions.ts'
import { Recent } from './recent.ts'
import type { Soon } from './soon.ts'

export interface NewUser {
  /** Letters, digits, `-`, `_` and `.`. */
  readonly username: string
  readonly password: string
  readonly name?: string
  readonly email?: string
  /** Whether the e-mail address is known to be the user's; default false. */
  readonly verified?: boolean
  /** Default `['user']`, also for an empty list. */
  readonly roles?: readonly string[]
  /** Whether the user may log in; default true. */
  readonly active?: boolean
  /** Default `user`. */
  readonly type?: string
  readonly extra?: Readonly<Record<string, unknown>>
}

/** How to find a user; `user` is a user name, or an e-mail address when it contains `@`. */
export type UserKey =
  | { readonly id: string }
  | { readonly username: string }
  | { readonly email: string }
  | { readonly user: string }

/** One key of an order of users; a user without a value comes first. Other fields than these order nothing. */
export interface UserSortKey {
  readonly field: string
  readonly direction: 1 | -1
}

export interface UserPage {
  /** Default 0. */
  readonly offset?: number
  /** Default: all. */
  readonly count?: number
  /** Default: by user name. Equal users follow by id. */
  readonly sort?: readonly UserSortKey[]
}

export interface UserFilter extends UserPage {
  /** Part of the user name, name or an e-mail address, without regard to case. */
  readonly text?: string
  /** Id of a user to leave out. */
  readonly excludeId?: string
}

export interface UserList {
  readonly users: User[]
  /** All users that fit, not only those of this page. */
  readonly total: number
}

export type LivechatRole = 'livechat-agent' | 'livechat-manager'

/** What a search shows of a contact's manager. */
export interface ManagerName {
  readonly id: string
  readonly username?: string
  readonly name?: string
}

export class Users {
  readonly #users: UserStore
  readonly #permissions: Permissions
  readonly #now: () => Date
  readonly #changed: () => void
  readonly #managers: Recent<ManagerName>
  #lastDeletion: Promise<unknown> = Promise.resolve()

  /** @param changed  called when a user who was there is gone or has other roles */
  constructor(users: UserStore, permissions: Permissions, now: () => Date, changed: () => void) {
    this.#users = users
    this.#permissions = permissions
    this.#now = now
    this.#managers = new Recent(now, (id) => this.#managerName(id))
    this.#changed = () => {
      this.#managers.forget()
      changed()
    }
  }

  /**
   * @param by  who asks; only an administrator makes administrators. Absent when the operator does.
   * @throws invalid-params for a user name, e-mail address or password that cannot be, error-invalid-role,
   *   error-unauthorized, error-field-unavailable when the user name is taken, email-taken
   */
  async create(newUser: NewUser, by?: User): Promise<User> {
    const problem = problemWith(newUser)
    if (problem !== undefined) throw errors.invalidParams({ message: problem })
    const roles = rolesOf(newUser)
    await this.#permissions.checkRoles(roles)
    if (by !== undefined && roles.includes('admin') && !isAdministrator(by)) throw errors.notPermitted()
    const user = userFrom(newUser, roles, await hashPassword(newUser.password), this.#now())
    await this.#users.create(user)
    return user
  }

  /** The user, or `undefined` when there is none. */
  find(key: UserKey): Promise<User | undefined> {
    if ('id' in key) return this.#users.get(key.id)
    if ('username' in key) return this.#users.findByUsername(key.username)
    if ('email' in key) return this.#users.findByEmail(key.email)
    return this.find(key.user.includes('@') ? { email: key.user } : { username: key.user })
  }

  /**
   * @throws user-not-found
   */
  async get(key: UserKey): Promise<User> {
    const user = await this.find(key)
    if (user === undefined) throw errors.userNotFound()
    return user
  }

  /**
   * Deletes a user with all tokens, which are refused from then on.
   * @throws error-invalid-user when there is none, error-action-not-allowed for the last active administrator
   */
  delete(key: UserKey): Promise<void> {
    // One after the other, or two administrators deleted at once would each count on the other to remain.
    const deletion = this.#lastDeletion.then(() => this.#delete(key))
    this.#lastDeletion = deletion.catch(() => undefined)
    return deletion
  }

  async list(page: UserPage = {}): Promise<UserList> {
    return pageOf(await this.#users.list(), page)
  }

  /** Whether anybody is an administrator. */
  async hasAdministrator(): Promise<boolean> {
    return (await this.#users.list()).some(isAdministrator)
  }

  /**
   * Makes the user an agent or a manager; harmless when they are.
   * @throws error-invalid-user when there is none
   */
  async addToRole(role: LivechatRole, username: string): Promise<User> {
    const user = await this.#users.findByUsername(username)
    const agent = user && (await this.#users.addRole(user.id, role, this.#now().toISOString()))
    if (agent === undefined) throw errors.userInvalid()
    this.#changed()
    return agent
  }

  /**
   * Takes the role away; harmless when the user lacks it.
   * @throws error-invalid-user when there is no such user
   */
  async removeFromRole(role: LivechatRole, id: string): Promise<void> {
    const user = await this.#users.removeRole(id, role, this.#now().toISOString())
    if (user === undefined) throw errors.userInvalid()
    this.#changed()
  }

  /** The user, if they have the role. */
  async findInRole(role: LivechatRole, id: string): Promise<User | undefined> {
    const user = await this.#users.get(id)
    return user?.roles.includes(role) ? user : undefined
  }

  /** Whether some agent who may log in has not said that they are away. */
  async hasAvailableAgent(): Promise<boolean> {
    return (await this.#users.list()).some(
      (user) => user.roles.includes('livechat-agent') && isAvailable(user),
    )
  }

  /**
   * An agent says whether they take conversations; returns whether they do now.
   * @param available  the other than now when left out
   * @throws agent-not-found
   */
  async setAvailable(id: string, available?: boolean): Promise<boolean> {
    const agent = await this.findInRole('livechat-agent', id)
    if (agent === undefined) throw errors.agentNotFound()
    const isThere = available ?? !isAvailable(agent)
    const statusLivechat = isThere ? 'available' : 'not-available'
    if (!(await this.#users.setExtra(id, { statusLivechat }, this.#now().toISOString())))
      throw errors.agentNotFound()
    return isThere
  }

  /** Agents or managers, ordered by name unless the filter says otherwise. */
  async listRole(role: LivechatRole, filter: UserFilter = {}): Promise<UserList> {
    const holders = (await this.#users.list()).filter((user) => user.roles.includes(role))
    const fitting = holders.filter(
      (user) => user.id !== filter.excludeId && mentions(user, filter.text ?? ''),
    )
    return pageOf(fitting, { sort: [{ field: 'name', direction: 1 }], ...filter })
  }

  /**
   * As many results as ids, in their order; `undefined` where there is no id or the user is gone. On the path of every
   * search.
   */
  managerNames(ids: readonly (string | undefined)[]): Soon<readonly (ManagerName | undefined)[]> {
    return this.#managers.getMany(ids)
  }

  async #managerName(id: string): Promise<ManagerName | undefined> {
    const user = await this.#users.get(id)
    return user && managerName(user)
  }

  async #delete(key: UserKey): Promise<void> {
    const user = await this.find(key)
    if (user === undefined) throw errors.userInvalid()
    if (isAdministrator(user) && !(await this.#anotherAdministrator(user))) throw errors.lastAdministrator()
    if (!(await this.#users.delete(user.id))) throw errors.userInvalid()
    this.#changed()
  }

  async #anotherAdministrator(than: User): Promise<boolean> {
    const users = await this.#users.list()
    return users.some((user) => user.id !== than.id && user.active && isAdministrator(user))
  }
}

function isAdministrator(user: User): boolean {
  return user.roles.includes('admin')
}

/** Agents are, until they say otherwise. */
export function isAvailable({ active, extra }: User): boolean {
  return active && extra?.statusLivechat !== 'not-available'
}

function rolesOf({ roles = [] }: NewUser): string[] {
  return roles.length === 0 ? ['user'] : [...new Set(roles)]
}

function problemWith({ username, email, password }: NewUser): string | undefined {
  if (!/^[0-9a-zA-Z-_.]+$/.test(username)) return 'The user name must be letters, digits, "-", "_" and "."'
  if (email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(email)) return 'The e-mail address is not valid'
  return password === '' ? 'The password must not be empty' : undefined
}

function userFrom(newUser: NewUser, roles: readonly string[], passwordHash: string, now: Date): User {
  const { username, name, email, verified = false, active = true, type = 'user', extra } = newUser
  const at = now.toISOString()
  return {
    id: meteorId(),
    username,
    ...(name !== undefined && { name }),
    emails: email === undefined ? [] : [{ address: email, verified }],
    roles,
    active,
    type,
    createdAt: at,
    updatedAt: at,
    passwordHash,
    ...(extra !== undefined && { extra }),
  }
}

function managerName({ id, username, name }: User): ManagerName {
  return { id, ...(username !== undefined && { username }), ...(name !== undefined && { name }) }
}

function mentions(user: User, text: string): boolean {
  const values = [user.username, user.name, ...user.emails.map((email) => email.address)]
  return values.some((value) => (value ?? '').toLowerCase().includes(text.toLowerCase()))
}

function pageOf(users: readonly User[], { offset = 0, count = Infinity, sort = [] }: UserPage): UserList {
  const keys = sort.length === 0 ? [{ field: 'username', direction: 1 } as const] : sort
  const ordered = users.toSorted((a, b) => compareUsers(a, b, keys))
  return { users: ordered.slice(offset, offset + count), total: users.length }
}

function compareUsers(a: User, b: User, keys: readonly UserSortKey[]): number {
  for (const { field, direction } of keys) {
    const order = compareText(sortText(a, field), sortText(b, field))
    if (order !== 0) return order * direction
  }
  return compareText(a.id, b.id)
}

function sortText(user: User, field: string): string {
  switch (field) {
    case 'name':
      return user.name?.toLowerCase() ?? ''
    case 'email':
      return user.emails[0]?.address ?? ''
    case 'active':
      return String(user.active)
    case 'id':
    case 'username':
    case 'type':
    case 'createdAt':
    case 'updatedAt':
      return user[field] ?? ''
    default:
      return ''
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
