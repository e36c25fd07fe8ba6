// Store changes to index, in order, after commit. The store's `changesAfter` is the truth; a hint, from a write of this
// process or a timer, only says when to look. Applying a change twice is harmless.

import { setTimeout as delay } from 'node:timers/promises'
import { type Contact, isLive, searchableTexts } from './contact.ts'
import { OmnidexError } from './errors.ts'
import type { SearchDocument, SearchIndex } from './search/search.ts'
import type { Change, ContactStore } from './store/store.ts'

/** Whoever keeps the index quick while the feed changes it. */
export interface IndexKeeper {
  /**
   * Called first, when the index is empty: brings back what was kept of it, if anything, and says up to which change.
   * @param lastSeq  sequence number of the newest change there is
   */
  restore(lastSeq: number): Promise<number | undefined>
  /** Called after each batch of changes, and at each look that found none. */
  tend(): void
  /** Called once the index is filled; it serves when this resolves. */
  settle(): Promise<void>
}

export interface FeedOptions {
  readonly source: Pick<ContactStore, 'scan' | 'changesAfter' | 'lastSeq'>
  readonly index: SearchIndex
  readonly keeper?: IndexKeeper
  /** Called for each change after the index has it. */
  readonly onChange?: (change: Change) => void
  /** Called when a look at the store failed; the feed tries again at its next turn. */
  readonly onError: (error: unknown) => void
  /** Whether to wait, while the index is being filled, for a store that is away. Default false: `start` rejects. */
  readonly isPatient?: boolean
  /** Milliseconds between looks for the changes of other processes. Default 200. */
  readonly pollMs?: number
}

/** Pause before a store that is away is asked again. */
const RETRY_MS = 1_000

/** Contacts or changes fetched at once: large enough to be quick, small enough to leave the event loop room. */
const BATCH = 500

export class Feed {
  readonly #options: FeedOptions
  readonly #waiters = new Set<Waiter>()
  #cursor = 0
  #ready = false
  #stopped = false
  #pulling: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Whether a hint came while a look was under way, which may have begun before the change was there. */
  #lookAgain = false
  #isAway = false

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Sequence number of the last change that the index has. */
  get position(): number {
    return this.#cursor
  }

  /** Whether the index holds all that was in the store when `start` was called. */
  get ready(): boolean {
    return this.#ready
  }

  /** Whether the index serves and hears of changes: its last look at the store succeeded. */
  get following(): boolean {
    return this.#ready && !this.#isAway
  }

  /** Fills the index from the store, then follows its changes until `stop`. */
  async start(): Promise<void> {
    const { source, keeper } = this.#options
    const lastSeq = await this.#insist(() => source.lastSeq())
    const restored = await keeper?.restore(lastSeq)
    if (restored === undefined) await this.#load()
    // Filled in part, the index is not at `lastSeq`, and must not be kept as if it were.
    if (this.#stopped) return
    this.#cursor = restored ?? lastSeq
    await this.#pullAll()
    await keeper?.settle()
    await this.#pullAll()
    if (this.#stopped) return
    this.#ready = true
    this.#timer = setInterval(() => this.look(), this.#options.pollMs ?? 200)
    this.#timer.unref()
  }

  /** To be called when there may be changes: looks for them, in its own time. */
  look(): void {
    if (this.#pulling !== undefined) this.#lookAgain = true
    else this.pull().then(() => this.#followHint(), this.#options.onError)
  }

  #followHint(): void {
    if (!this.#lookAgain) return
    this.#lookAgain = false
    this.look()
  }

  /** Looks for changes now; looks that overlap share one. Before the index is filled there is nothing to add to. */
  pull(): Promise<void> {
    if (!this.#ready || this.#stopped) return Promise.resolve()
    this.#pulling ??= this.#pullAll().finally(() => {
      this.#pulling = undefined
    })
    return this.#pulling
  }

  /**
   * Resolves once the index has the change `seq`, or after `withinMs` (default 1,000): the change is stored in any
   * case, so a late index is no reason to fail its writer. While the index is still being filled nobody can search
   * it, so nobody waits for it either.
   */
  async reached(seq: number, withinMs = 1_000): Promise<void> {
    if (!this.#ready || this.#cursor >= seq) return
    await new Promise<void>((resolve) => {
      const waiter: Waiter = { seq, resolve: () => this.#release(waiter, resolve), timer: undefined }
      waiter.timer = setTimeout(waiter.resolve, withinMs)
      this.#waiters.add(waiter)
      this.#lookFor(seq)
    })
  }

  /** A look under way may have begun before the change was committed: then it takes a second one. */
  #lookFor(seq: number): void {
    this.pull()
      .then(() => (this.#cursor < seq ? this.pull() : undefined))
      .catch(this.#options.onError)
  }

  /** Stops following and lets every waiter go. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    for (const waiter of [...this.#waiters]) waiter.resolve()
    await this.#pulling?.catch(() => undefined)
  }

  async #load(): Promise<void> {
    let afterId = ''
    for (;;) {
      const batch = await this.#insist(() => this.#options.source.scan(afterId, BATCH))
      for (const { contact } of batch) if (isLive(contact)) this.#options.index.add(documentOf(contact))
      this.#options.keeper?.tend()
      const last = batch.at(-1)
      if (last === undefined || this.#stopped) return
      afterId = last.contact.id
      await turn()
    }
  }

  async #pullAll(): Promise<void> {
    for (;;) {
      const changes = await this.#insist(() => this.#options.source.changesAfter(this.#cursor, BATCH))
      for (const change of changes) this.#take(change)
      this.#options.keeper?.tend()
      this.#wake()
      if (changes.length < BATCH || this.#stopped) return
      await turn()
    }
  }

  /**
   * Whoever is patient waits, while the index is being filled, for a store that is away: what was read stays. Later the
   * next look tries again.
   */
  async #insist<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await read()
        this.#isAway = false
        return result
      } catch (error) {
        this.#isAway = true
        const waits = this.#options.isPatient && !this.#ready && !this.#stopped && isTemporary(error)
        if (!waits) throw error
        this.#options.onError(error)
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  #take(change: Change): void {
    this.#apply(change.contactId, change.contact)
    this.#cursor = change.seq
    this.#options.onChange?.(change)
  }

  #apply(id: string, contact: Contact | undefined): void {
    if (contact !== undefined && isLive(contact)) this.#options.index.put(documentOf(contact))
    else this.#options.index.remove(id)
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (this.#cursor >= waiter.seq) waiter.resolve()
  }

  #release(waiter: Waiter, resolve: () => void): void {
    clearTimeout(waiter.timer)
    this.#waiters.delete(waiter)
    resolve()
  }
}

interface Waiter {
  readonly seq: number
  readonly resolve: () => void
  timer: NodeJS.Timeout | undefined
}

function documentOf(contact: Contact): SearchDocument {
  return { id: contact.id, unknown: contact.unknown, texts: searchableTexts(contact), record: contact }
}

/** It will be over by itself: the database is restarted, or busy. */
function isTemporary(error: unknown): boolean {
  return error instanceof OmnidexError && error.status === 503
}

/** Lets requests in between two batches. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
