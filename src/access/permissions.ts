// Who may do what: a permission names the roles that hold it, a user holds roles. A change counts from the next request
// on; an empty list takes a permission from everybody, administrators included.

import { errors } from '../errors.ts'
import type { Permission, Role, RoleStore, User } from '../store/store.ts'
import { Recent } from './recent.ts'
import { after, type Soon } from './soon.ts'

/** Role lists to put in place of those of the named permissions. */
export type PermissionChange = Pick<Permission, 'id' | 'roles'>

/** The roles a new directory starts with: id, description, and whom they are given to. */
const roles: readonly [id: string, description: string, scope?: Role['scope']][] = [
  ['admin', 'Admin'],
  ['user', ''],
  ['bot', ''],
  ['app', ''],
  ['guest', ''],
  ['anonymous', ''],
  ['federated-external', ''],
  ['owner', 'Owner', 'Subscriptions'],
  ['moderator', 'Moderator', 'Subscriptions'],
  ['leader', 'Leader', 'Subscriptions'],
  ['livechat-agent', 'Livechat Agent'],
  ['livechat-manager', 'Livechat Manager'],
  ['livechat-monitor', 'Livechat Monitor'],
]

const everyLivechatRole = ['livechat-manager', 'livechat-monitor', 'livechat-agent', 'admin']
const livechatLeaders = ['livechat-manager', 'livechat-monitor', 'admin']
const managersAndAdmins = ['livechat-manager', 'admin']
const adminsOnly = ['admin']

/** The permissions a new directory starts with, as Rocket.Chat hands them out. */
const permissions: Readonly<Record<string, readonly string[]>> = {
  'create-livechat-contact': everyLivechatRole,
  'update-livechat-contact': everyLivechatRole,
  'view-livechat-contact': everyLivechatRole,
  'view-livechat-contact-history': everyLivechatRole,
  'delete-livechat-contact': managersAndAdmins,
  'block-livechat-contact': ['admin', 'livechat-manager', 'livechat-monitor', 'livechat-agent'],
  'unblock-livechat-contact': ['admin', 'livechat-manager', 'livechat-monitor', 'livechat-agent'],
  'view-l-room': everyLivechatRole,
  'close-livechat-room': everyLivechatRole,
  'view-livechat-manager': livechatLeaders,
  'close-others-livechat-room': livechatLeaders,
  'transfer-livechat-guest': livechatLeaders,
  'manage-livechat-agents': livechatLeaders,
  'view-livechat-rooms': livechatLeaders,
  'edit-omnichannel-contact': ['livechat-manager', 'livechat-agent', 'admin'],
  'view-omnichannel-contact-center': ['livechat-manager', 'livechat-agent', 'livechat-monitor', 'admin'],
  'edit-livechat-room-customfields': everyLivechatRole,
  'view-livechat-room-customfields': everyLivechatRole,
  'view-livechat-customfields': managersAndAdmins,
  'access-permissions': adminsOnly,
  'create-user': adminsOnly,
  'delete-user': adminsOnly,
  'view-full-other-user-info': adminsOnly,
  'view-privileged-setting': adminsOnly,
  'edit-privileged-setting': adminsOnly,
  'edit-other-user-info': adminsOnly,
  'create-personal-access-tokens': ['admin', 'user'],
  'api-bypass-rate-limit': ['admin', 'bot', 'app'],
  'view-d-room': ['admin', 'user', 'federated-external', 'bot', 'app', 'guest'],
  'view-outside-room': ['admin', 'owner', 'moderator', 'user', 'federated-external'],
}

/** Roles by the permission they hold. */
type Holders = ReadonlyMap<string, readonly string[]>

export class Permissions {
  readonly #roles: RoleStore
  readonly #now: () => Date
  readonly #holders: Recent<Holders>

  constructor(roleStore: RoleStore, now: () => Date) {
    this.#roles = roleStore
    this.#now = now
    this.#holders = new Recent(now, () => this.#readHolders())
  }

  /** Adds the default roles and permissions that are missing; leaves what an administrator changed. */
  async ensureDefaults(): Promise<void> {
    await this.#roles.addMissing(roles.map(defaultRole), defaultPermissions(this.#now()))
    this.#holders.forget()
  }

  /** Whether the user holds all of the permissions. Nobody holds a permission that does not exist. */
  hasAll(user: User, ids: readonly string[]): Soon<boolean> {
    return after(this.#holders.get('all'), (holders) => ids.every((id) => holds(user, holders?.get(id))))
  }

  /** Whether the user holds one of the permissions at least. */
  hasAny(user: User, ids: readonly string[]): Soon<boolean> {
    return after(this.#holders.get('all'), (holders) => ids.some((id) => holds(user, holders?.get(id))))
  }

  listRoles(): Promise<Role[]> {
    return this.#roles.listRoles()
  }

  /**
   * All permissions, or those changed after a date.
   * @param updatedSince  any text JavaScript reads as a date
   * @throws error-roomId-param-invalid when it is not a date
   */
  async list(updatedSince?: string): Promise<Permission[]> {
    const all = await this.#roles.listPermissions()
    if (updatedSince === undefined) return all
    const since = Date.parse(updatedSince)
    if (Number.isNaN(since)) throw errors.updatedSinceInvalid()
    return all.filter((permission) => Date.parse(permission.updatedAt) > since)
  }

  /**
   * Replaces the role lists of all the named permissions, or of none; returns all permissions.
   * @throws error-invalid-permission when one is unknown or named twice, error-invalid-role
   */
  async update(changes: readonly PermissionChange[]): Promise<Permission[]> {
    const updatedAt = this.#now().toISOString()
    await this.#check(changes)
    await this.#roles.replacePermissions(changes.map(({ id, roles }) => ({ id, roles, updatedAt })))
    this.#holders.forget()
    return this.#roles.listPermissions()
  }

  /**
   * @throws error-invalid-role when one of them is unknown
   */
  async checkRoles(ids: readonly string[]): Promise<void> {
    const known = new Set((await this.#roles.listRoles()).map((role) => role.id))
    if (!ids.every((id) => known.has(id))) throw errors.roleUnknown()
  }

  async #readHolders(): Promise<Holders> {
    return new Map((await this.#roles.listPermissions()).map(({ id, roles }) => [id, roles]))
  }

  async #check(changes: readonly PermissionChange[]): Promise<void> {
    const known = new Set((await this.#roles.listPermissions()).map((permission) => permission.id))
    // What was seen is taken out, so that a second mention is as unknown as a wrong name.
    if (!changes.every(({ id }) => known.delete(id))) throw errors.permissionUnknown()
    await this.checkRoles(changes.flatMap((change) => change.roles))
  }
}

function holds(user: User, roles: readonly string[] = []): boolean {
  return roles.some((role) => user.roles.includes(role))
}

function defaultRole([id, description, scope = 'Users']: (typeof roles)[number]): Role {
  return { id, name: id, description, scope, protected: true }
}

function defaultPermissions(now: Date): Permission[] {
  const updatedAt = now.toISOString()
  return Object.entries(permissions).map(([id, roles]) => ({ id, roles, updatedAt }))
}
