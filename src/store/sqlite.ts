// The embedded store: one SQLite file, or none at all for tests and for embedding. This file puts it together; each noun
// has its own.

import { resolve } from 'node:path'
import { errors } from '../errors.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { SqliteContacts } from './sqlite-contacts.ts'
import { SqliteConversations } from './sqlite-conversations.ts'
import { SqliteCustomFields } from './sqlite-custom-fields.ts'
import { explainSqliteError } from './sqlite-errors.ts'
import { prepareFile } from './sqlite-file.ts'
import { SqliteRoles } from './sqlite-roles.ts'
import { ServerLock } from './sqlite-server-lock.ts'
import { SqliteSettings } from './sqlite-settings.ts'
import { SqliteSnapshots } from './sqlite-snapshots.ts'
import { SqliteTokens } from './sqlite-tokens.ts'
import { SqliteUsers } from './sqlite-users.ts'
import type {
  ContactStore,
  ConversationStore,
  CustomFieldStore,
  RoleStore,
  SettingStore,
  SnapshotStore,
  Store,
  TokenStore,
  UserStore,
} from './store.ts'

export interface SqliteOptions {
  /** Servers set it: at most one process may have the database open so. Commands leave it out. Default false. */
  readonly exclusive?: boolean
  /** Importers set it: large commits are quicker, and take some 200 MiB of disk meanwhile. Default false. */
  readonly bulk?: boolean
  /** Bytes the database may grow to; writes beyond it are refused as on a full disk. Default: no bound but the disk. */
  readonly maxBytes?: number
}

/**
 * Opens the database at `path`, making it (readable by its owner alone) and its folder when they are missing, and
 * bringing older ones up to date. `:memory:` is a new database without a file.
 *
 * @throws store-in-use when `exclusive` and another server has it
 * @throws store-foreign, store-too-new, store-corrupt with the file untouched
 * @throws store-unavailable when the file or its folder cannot be made, read or written
 */
export async function openSqliteStore(path: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  try {
    return path === ':memory:' ? openConnection(path, options) : openFile(resolve(path), options)
  } catch (error) {
    throw explainOpening(error, path)
  }
}

export class SqliteStore implements Store {
  readonly contacts: ContactStore
  readonly customFields: CustomFieldStore
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly roles: RoleStore
  readonly snapshots: SnapshotStore
  readonly conversations: ConversationStore
  readonly settings: SettingStore
  readonly #connection: SqliteConnection
  readonly #lock: ServerLock | undefined

  constructor(connection: SqliteConnection, lock?: ServerLock) {
    const contacts = new SqliteContacts(connection)
    this.contacts = contacts
    this.conversations = new SqliteConversations(connection, contacts)
    this.customFields = new SqliteCustomFields(connection)
    this.users = new SqliteUsers(connection)
    this.tokens = new SqliteTokens(connection)
    this.roles = new SqliteRoles(connection)
    this.settings = new SqliteSettings(connection)
    this.snapshots = new SqliteSnapshots(connection)
    this.#connection = connection
    this.#lock = lock
  }

  /** Commits of this process so far. Writes that come together share one. */
  get commits(): number {
    return this.#connection.commits
  }

  /** SQLite tells nobody. */
  onChange(): void {}

  async compact(): Promise<true> {
    await this.#connection.compact()
    return true
  }

  async close(): Promise<void> {
    await this.#connection.close()
    this.#lock?.release()
  }
}

function openFile(path: string, options: SqliteOptions): SqliteStore {
  prepareFile(path)
  const lock = options.exclusive ? new ServerLock(path) : undefined
  try {
    return openConnection(path, options, lock)
  } catch (error) {
    lock?.release()
    throw error
  }
}

function openConnection(path: string, { maxBytes, bulk }: SqliteOptions, lock?: ServerLock): SqliteStore {
  const connection = new SqliteConnection(path)
  if (bulk) connection.expectBulk()
  if (maxBytes !== undefined) connection.limitSize(maxBytes)
  return new SqliteStore(connection, lock)
}

/** What the file system refuses (no such folder, no permission ...) is said in our words too. */
function explainOpening(error: unknown, path: string): unknown {
  const isRefusal = error instanceof Error && 'syscall' in error
  return isRefusal
    ? errors.storeUnavailable({ path, reason: error.message }, error)
    : explainSqliteError(error, path)
}
