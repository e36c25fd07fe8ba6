// One server at a time writes users, tokens, roles and custom fields: what it has checked holds until it commits.

import type { Sql } from './postgres-connection.ts'

/** Waits for the lock, which the transaction keeps until its end. */
export async function lockAccounts(transaction: Sql): Promise<void> {
  await transaction.rows(sql)
}

const sql = { name: 'lock_accounts', text: `SELECT pg_advisory_xact_lock(hashtext('omnidex.accounts'))` }
