// The store on a PostgreSQL server, which any number of Omnidex servers may share. This file puts it together; each noun
// has its own.

import { errors, OmnidexError } from '../errors.ts'
import { distribute, findDistribution } from './postgres-citus.ts'
import { type PostgresAddress, PostgresConnection } from './postgres-connection.ts'
import { PostgresContacts } from './postgres-contacts.ts'
import { PostgresConversations } from './postgres-conversations.ts'
import { PostgresCustomFields } from './postgres-custom-fields.ts'
import { PostgresHints } from './postgres-hints.ts'
import { migratePostgres } from './postgres-migrations.ts'
import { PostgresRoles } from './postgres-roles.ts'
import { PostgresSearch } from './postgres-search.ts'
import { PostgresSettings } from './postgres-settings.ts'
import { PostgresSnapshots } from './postgres-snapshots.ts'
import { PostgresTokens } from './postgres-tokens.ts'
import { PostgresUsers } from './postgres-users.ts'
import type { Store } from './store.ts'

export interface PostgresOptions {
  /** Spread contacts over the Citus cluster that this database coordinates. Default false: leave them as they are. */
  readonly citus?: boolean
}

/**
 * Opens a database, making Omnidex's tables in its schema `omnidex` when they are missing, and bringing older
 * ones up to date.
 *
 * @throws store-unavailable, store-denied, store-missing, store-unprivileged, store-read-only
 * @throws store-too-old, store-too-new, store-encoding, store-untrusted, store-lacks-citus, store-in-use
 */
export async function openPostgresStore(
  address: PostgresAddress,
  { citus = false }: PostgresOptions = {},
): Promise<PostgresStore> {
  const connection = new PostgresConnection(address)
  try {
    await migratePostgres(connection)
    if (citus) await distribute(connection)
    return new PostgresStore(connection, await findDistribution(connection))
  } catch (error) {
    await connection.close()
    throw explainOpening(error, connection.path)
  }
}

/** At the start there is somebody to tell why. */
function explainOpening(error: unknown, path: string): unknown {
  if (!(error instanceof OmnidexError) || error.code !== errors.storeAway.definition.code) return error
  return errors.storeUnavailable({ path, reason: reasonOf(error.cause) }, error)
}

/** Of several addresses of a host each was tried, and each has failed for a reason of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}

export class PostgresStore implements Store {
  readonly contacts: PostgresContacts
  readonly customFields: PostgresCustomFields
  readonly users: PostgresUsers
  readonly tokens: PostgresTokens
  readonly roles: PostgresRoles
  readonly snapshots: PostgresSnapshots
  readonly conversations: PostgresConversations
  readonly settings: PostgresSettings
  readonly search: PostgresSearch
  readonly #connection: PostgresConnection
  /** Of its own, so that nobody who logs in or writes waits for searches, which may take long in a large directory. */
  readonly #searching: PostgresConnection
  readonly #hints: PostgresHints

  /** @param isDistributed  whether contacts are spread over a Citus cluster */
  constructor(connection: PostgresConnection, isDistributed: boolean) {
    this.contacts = new PostgresContacts(connection, isDistributed)
    this.conversations = new PostgresConversations(connection, this.contacts)
    this.customFields = new PostgresCustomFields(connection)
    this.users = new PostgresUsers(connection)
    this.tokens = new PostgresTokens(connection)
    this.roles = new PostgresRoles(connection)
    this.settings = new PostgresSettings(connection)
    this.snapshots = new PostgresSnapshots(connection)
    this.#searching = new PostgresConnection(connection)
    this.search = new PostgresSearch(connection, this.#searching, isDistributed)
    this.#connection = connection
    this.#hints = new PostgresHints(connection.url)
  }

  onChange(listener: () => void): void {
    this.#hints.onChange(listener)
  }

  async close(): Promise<void> {
    await this.#hints.close()
    await this.contacts.close()
    await this.#searching.close()
    await this.#connection.close()
  }
}
