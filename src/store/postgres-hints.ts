// Hints that somebody has written contacts: LISTEN on a connection of its own, made anew whenever it breaks. A hint may
// be lost meanwhile, which harms nobody: it only says that it is worth looking.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const CONNECT_MS = 5_000
/** Pause before a broken connection is made anew. */
const RETRY_MS = 1_000
/** Left to a server that does not answer, to say goodbye. */
const END_MS = 1_000

export class PostgresHints {
  readonly #url: string
  readonly #closing = new AbortController()
  #listening: Promise<void> | undefined
  #client: pg.Client | undefined
  #giveUp: (() => void) | undefined

  constructor(url: string) {
    this.#url = url
  }

  /** Calls the listener soon after each commit, by whichever server, and whenever some may have been missed. */
  onChange(listener: () => void): void {
    this.#listening ??= this.#keepListening(listener)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const ended = this.#client?.end().catch(() => undefined)
    await Promise.race([ended, delay(END_MS, undefined, { ref: false })])
    this.#giveUp?.()
    await this.#listening
  }

  async #keepListening(listener: () => void): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      await this.#listen(listener).catch(() => undefined) // It is tried again, and the feed looks without being told.
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** Resolves when the connection is broken. */
  async #listen(listener: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'omnidex hints',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    })
    const broken = new Promise<void>((resolve) => {
      client.once('end', resolve)
      this.#giveUp = resolve
    })
    client.on('error', () => undefined) // 'end' follows.
    client.on('notification', listener)
    this.#client = client
    // A client that is ended while it connects never settles `connect`.
    await Promise.race([client.connect(), broken])
    if (this.#closing.signal.aborted) return
    await client.query('LISTEN omnidex_changes')
    listener()
    await broken
  }
}
