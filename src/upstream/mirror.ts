// Keeps a directory equal to the contacts of an upstream, through its contacts.search alone.
//
//   look   the newest changes first, back to those that were seen before; every few seconds
//   pass   all contacts by their ids, a page at a time: whoever is here and not there was removed. The first brings all of them;
//          later ones take their time, unless there are more contacts here than there
//
// Everything may be done twice and nothing is taken for granted: what a look misses, the next pass brings.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Contact, isLive } from '../contact.ts'
import { errors, OmnidexError } from '../errors.ts'
import type { ContactPage, ContactPages } from './contact-pages.ts'
import { type MirrorState, type Pass, readMirrorState, writeMirrorState } from './mirror-state.ts'
import { compareIds, type Replica, type ReplicaStore } from './replica.ts'

export interface MirrorPace {
  /** Milliseconds between two looks for changes, at least. */
  readonly lookEveryMs: number
  /** Milliseconds over which a later pass is spread. */
  readonly passEveryMs: number
}

export interface MirrorOptions {
  readonly store: ReplicaStore
  readonly replica: Replica
  readonly pages: ContactPages
  /** The upstream's address. */
  readonly upstream: string
  /** Names this run. */
  readonly run: string
  readonly pace: MirrorPace
  /** Requests a minute that the upstream allows, if it counts ours, and milliseconds that it has taken for all answers. */
  readonly cost: () => { readonly limit: number | undefined; readonly spentMs: number }
  /** The directory's own database could not be used. */
  readonly onStoreTrouble?: (reason: string) => void
  readonly now: () => Date
  readonly onProgress?: (state: MirrorState) => void
  readonly onRejected?: (id: string, reason: string) => void
}

/** Changes are looked for again that are so much older than the newest known one: clocks of several servers differ. */
const OVERLAP_MS = 10_000
/** Pages of changes in one look; who has more is gone through altogether. */
const MAX_LOOK_PAGES = 50
/** However slow an upstream is, it is looked at as often as that. */
const LONGEST_LOOK_PAUSE_MS = 60_000
/** Contacts that are asked for by id in one step. */
const MAX_FINDS = 20
/** After the database could not be used. */
const STORE_PAUSE_MS = 5_000
/** Contacts of a page that are asked for with the next one again, as others may have gone from before them. */
const OVERLAP = 10
/** Of all time, an upstream spends no more than a tenth on looks, half on a first pass and a fifth on later ones. */
const LOOK_SHARE = 1 / 10
const FIRST_PASS_SHARE = 1 / 2
const PASS_SHARE = 1 / 5
/** Documents that were no contacts, of which we know that they were counted. */
const MAX_REJECTED = 10_000

const BEGINNING: Pass = { unknown: false, offset: 0, afterId: '', seen: 0, removed: 0 }

export class Mirror {
  readonly #options: MirrorOptions
  #state: MirrorState
  #lookAt = 0
  #pageAt = 0
  /** Whether contacts seem to be here that are not there any more. */
  #isHurried = false
  /** So many more contacts are here than the upstream counts although a whole pass found none to remove. */
  #surplus = 0
  /** How many more there were when the last pass began. */
  #excess = 0
  readonly #rejected = new Set<string>()

  private constructor(options: MirrorOptions, state: MirrorState) {
    this.#options = options
    this.#state = state
  }

  /**
   * A mirror that goes on where the last one stopped.
   * @throws mirror-elsewhere, mirror-not-empty
   */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const { store, upstream, run, replica, now } = options
    const before = await readMirrorState(store.settings)
    if (before !== undefined && before.upstream !== upstream) {
      throw errors.mirrorElsewhere({ upstream: before.upstream, asked: upstream })
    }
    const contacts = before === undefined ? await store.contacts.count() : await replica.count()
    if (before === undefined && contacts > 0) throw errors.mirrorNotEmpty({ contacts })
    const users = await store.users.list()
    if (users.some(({ passwordHash }) => passwordHash !== undefined)) throw errors.mirrorHasUsers()
    const state = before ?? { begunAt: now().toISOString(), total: 0, removed: 0, rejected: 0 }
    const mirror = new Mirror(options, { ...state, upstream, run, contacts })
    await writeMirrorState(store.settings, mirror.#state)
    return mirror
  }

  get state(): MirrorState {
    return this.#state
  }

  /** Follows the upstream until it is told to stop. @throws upstream-refused, upstream-unexpected, mirror-taken-over, the signal's reason */
  async follow(signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted()
      const at = performance.now()
      if (at >= this.#lookAt) await this.#patiently(() => this.#look(), signal)
      else if (at >= this.#pageAt) await this.#patiently(() => this.#step(), signal)
      else await sleep(Math.min(this.#lookAt, this.#pageAt) - at, undefined, { signal })
    }
  }

  /** What a database in trouble did not take is done again. */
  async #patiently(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof OmnidexError) || error.status !== 503) throw error
      this.#options.onStoreTrouble?.(error.message)
      await sleep(STORE_PAUSE_MS, undefined, { signal })
    }
  }

  /** Makes the directory equal once. @throws as `follow` */
  async once(signal: AbortSignal): Promise<void> {
    await this.#look()
    // A first pass that was begun goes on; a later one may have passed over whom it should remove.
    if (this.#state.passedAt !== undefined) await this.#write({ pass: undefined })
    do {
      this.#isHurried = true
      await sleep(Math.max(0, this.#pageAt - performance.now()), undefined, { signal })
      await this.#step()
    } while (this.#state.pass !== undefined)
    await this.#look()
  }

  /** The newest changes of both populations, back to those that are here. */
  async #look(): Promise<void> {
    const { pace, cost } = this.#options
    const { spentMs } = cost()
    const known = await this.#changes(false, this.#state.newest?.known)
    const unknown = await this.#changes(true, this.#state.newest?.unknown)
    const isOverrun = known.isOverrun || unknown.isOverrun
    const total = known.total + unknown.total
    const isCaughtUp = !isOverrun && this.#state.isOverrun !== true
    await this.#write({
      total,
      newest: { known: known.newest, unknown: unknown.newest },
      // What changed after the first question may not be in its answer.
      ...(isCaughtUp ? { caughtUpAt: known.askedAt.toISOString() } : {}),
      ...(isOverrun ? { isOverrun, pass: undefined } : {}),
    })
    this.#compare(this.#state.contacts - total)
    if (isOverrun) this.#isHurried = true
    // A look asks twice at least; half of what the upstream allows is for passes.
    const { limit, spentMs: spentNowMs } = cost()
    const shareMs = (4 * 60_000) / (limit ?? Number.POSITIVE_INFINITY)
    const restMs = Math.min(LONGEST_LOOK_PAUSE_MS, (spentNowMs - spentMs) * (1 / LOOK_SHARE - 1))
    this.#lookAt = performance.now() + Math.max(pace.lookEveryMs, restMs, shareMs)
    if (this.#isHurried && this.#state.pass === undefined) {
      this.#pageAt = Math.min(this.#pageAt, performance.now())
    }
  }

  /** More contacts here than there: somebody was removed, unless a whole pass has found nobody. */
  #compare(excess: number): void {
    this.#surplus = Math.min(this.#surplus, Math.max(0, excess))
    if (excess > this.#surplus) this.#hurry()
  }

  async #changes(unknown: boolean, known: string | undefined): Promise<Changes> {
    const sort = { _updatedAt: -1, _id: 1 } as const
    let first: ContactPage | undefined
    let pages = 0
    for (let offset = 0; ; ) {
      const page = await this.#options.pages.page({ unknown, sort, offset })
      await this.#put(page)
      first ??= page
      pages += 1
      const isEnd = page.ids.length === 0 || offset + page.ids.length >= page.total
      // The first look only learns where the upstream stands: the pass that begins now brings the rest.
      const isDone = known === undefined || isEnd || reaches(page, known)
      if (isDone || pages >= MAX_LOOK_PAGES) {
        const newest = [newestOf(first), known ?? ''].toSorted()[1] ?? ''
        return { total: first.total, newest, askedAt: first.askedAt, isOverrun: !isDone }
      }
      offset += Math.max(1, page.ids.length - OVERLAP)
    }
  }

  /** Somebody seems to have been removed: a pass from the beginning, without long pauses. */
  #hurry(): void {
    if (this.#isHurried || this.#state.passedAt === undefined) return
    this.#isHurried = true
    this.#pageAt = 0
    // Written with the next step.
    const { pass: _, ...state } = this.#state
    this.#state = state
  }

  /** The next page of the pass under way, or the first of another. */
  async #step(): Promise<void> {
    const { pages, pace, cost } = this.#options
    const { spentMs } = cost()
    const pass = this.#state.pass ?? (await this.#beginPass())
    // The last one that was seen is asked for again: if it is not there, others have gone from before it, and some were passed over.
    const from = Math.max(0, pass.offset - 1)
    const page = await pages.page({ unknown: pass.unknown, sort: { _id: 1 }, offset: from })
    this.#assertOrder(page, from)
    await this.#take(pass, page, from)
    const tookMs = cost().spentMs - spentMs
    const isFirst = this.#state.passedAt === undefined
    const share = isFirst ? FIRST_PASS_SHARE : PASS_SHARE
    const part = page.ids.length / Math.max(1, this.#state.total)
    const spreadMs = isFirst || this.#isHurried ? 0 : pace.passEveryMs * part
    this.#pageAt = performance.now() + Math.max(tookMs * (1 / share - 1), spreadMs)
  }

  async #beginPass(): Promise<Pass> {
    const { pages, replica, now } = this.#options
    this.#excess = Math.max(0, this.#state.contacts - this.#state.total)
    const fields = await pages.customFields(now())
    if (fields !== undefined) await replica.putCustomFields(fields)
    return BEGINNING
  }

  async #take(pass: Pass, page: ContactPage, from: number): Promise<void> {
    const [first, last] = [page.ids[0], page.ids.at(-1)]
    const isGap = from > 0 && (first === undefined || compareIds(first, pass.afterId) > 0)
    if (isGap) return this.#write({ pass: { ...pass, offset: Math.max(0, from - OVERLAP) } })
    const fresh = page.ids.filter((id) => compareIds(id, pass.afterId) > 0)
    const isEnd =
      from + page.ids.length >= page.total || (fresh.length === 0 && (await this.#isOver(pass, from, page)))
    await this.#put(page)
    const { gone, checked } = await this.#removeGone(pass, page, isEnd ? undefined : last)
    const so = { unknown: pass.unknown, seen: pass.seen + fresh.length, removed: pass.removed + gone }
    // The same page again, for the rest of those who seem to be gone.
    if (checked !== undefined)
      return this.#write({ pass: { ...so, seen: pass.seen, offset: pass.offset, afterId: checked } })
    if (!isEnd)
      return this.#write({
        pass: { ...so, offset: from + page.ids.length, afterId: fresh.at(-1) ?? pass.afterId },
      })
    if (!pass.unknown) return this.#write({ pass: { ...BEGINNING, ...so, unknown: true } })
    return this.#endPass(so.removed)
  }

  /**
   * A page with nobody new is the last one, whatever the count says: it is another question, and may be of another moment.
   * @throws upstream-unexpected where pages are too small to walk by
   */
  async #isOver({ unknown }: Pass, from: number, page: ContactPage): Promise<boolean> {
    const offset = from + page.ids.length
    const next = await this.#options.pages.page({ unknown, sort: { _id: 1 }, offset })
    if (next.ids.length === 0) return true
    const { upstream } = this.#options
    if (page.ids.length > 1) return false
    throw errors.upstreamUnexpected({ url: upstream, reason: 'it hands out one contact at a time' })
  }

  async #endPass(removed: number): Promise<void> {
    this.#isHurried = false
    // Whoever was removed since it began is not among them.
    this.#surplus = removed === 0 ? this.#excess : 0
    const passedAt = this.#options.now().toISOString()
    await this.#write({ pass: undefined, isOverrun: undefined, passedAt })
  }

  /**
   * Removes who is here, within the page's ids, and not there; says how many, and up to which id it has come where there are many.
   */
  async #removeGone(
    { unknown, afterId }: Pass,
    page: ContactPage,
    lastId: string | undefined,
  ): Promise<{ gone: number; checked?: string }> {
    const { replica } = this.#options
    const there = new Map(page.contacts.map((contact) => [contact.id, contact]))
    const ids = new Set(page.ids)
    let [gone, finds] = [0, 0]
    for await (const batch of replica.between(afterId, lastId)) {
      for (const { contact } of batch) {
        const theirs = there.get(contact.id)
        if (!isLive(contact) && theirs !== undefined) await this.#restore(theirs)
        if (!isLive(contact) || ids.has(contact.id) || contact.unknown !== unknown) continue
        gone += Number(await this.#removeIfGone(contact.id))
        finds += 1
        if (finds >= MAX_FINDS) return { gone, checked: contact.id }
      }
    }
    return { gone }
  }

  async #restore(contact: Contact): Promise<void> {
    await this.#options.replica.restore(contact)
    this.#count({ contacts: 1 })
  }

  /** It may have been passed over, or be in the other population by now. */
  async #removeIfGone(id: string): Promise<boolean> {
    const { pages, replica } = this.#options
    const { isThere, contact } = await pages.find(id)
    if (contact !== undefined) await replica.put({ contacts: [contact], managers: [] })
    if (isThere || !(await replica.remove(id))) return false
    this.#count({ contacts: -1, removed: 1 })
    return true
  }

  async #put(page: ContactPage): Promise<void> {
    const { created } = await this.#options.replica.put(page)
    this.#count({ contacts: created })
    for (const { id, reason } of page.rejected) {
      if (this.#rejected.has(id)) continue
      if (this.#rejected.size >= MAX_REJECTED) this.#rejected.clear()
      this.#rejected.add(id)
      this.#options.onRejected?.(id, reason)
    }
  }

  /** Written with the next step. */
  #count({ contacts = 0, removed = 0 }: { contacts?: number; removed?: number }): void {
    const { contacts: before, removed: removedBefore } = this.#state
    this.#state = {
      ...this.#state,
      contacts: before + contacts,
      removed: removedBefore + removed,
      rejected: this.#rejected.size,
    }
  }

  /** @throws upstream-unexpected */
  #assertOrder({ ids, total }: ContactPage, from: number): void {
    const isAscending = ids.every((id, at) => at === 0 || compareIds(ids[at - 1] ?? '', id) < 0)
    const { upstream } = this.#options
    if (!isAscending) throw errors.upstreamUnexpected({ url: upstream, reason: 'it does not sort by _id' })
    if (from === 0 && ids.length === 0 && total > 0)
      throw errors.upstreamUnexpected({ url: upstream, reason: 'it has contacts, and hands none out' })
  }

  /** @throws mirror-taken-over */
  async #write(changes: { readonly [K in keyof MirrorState]?: MirrorState[K] | undefined }): Promise<void> {
    const { store, run, onProgress } = this.#options
    const written = await readMirrorState(store.settings)
    if (written?.run !== run) throw errors.mirrorTakenOver()
    this.#state = { ...this.#state, ...changes } as MirrorState
    await writeMirrorState(store.settings, this.#state)
    onProgress?.(this.#state)
  }
}

/** What a look has found in one population. */
interface Changes {
  readonly total: number
  readonly newest: string
  /** When it was first asked, by our clock. */
  readonly askedAt: Date
  /** Whether there were more than a look can bring. */
  readonly isOverrun: boolean
}

/** Date of the newest change on the first page; one in the future, of a clock that is wrong, would hide all others. */
function newestOf({ contacts, at }: ContactPage): string {
  const newest =
    contacts
      .map(({ updatedAt }) => updatedAt)
      .toSorted()
      .at(-1) ?? ''
  return [newest, at.toISOString()].toSorted()[0] ?? ''
}

/** Whether the page has changes as old as those that were seen before. */
function reaches({ contacts }: ContactPage, known: string): boolean {
  const oldest = contacts.at(-1)?.updatedAt
  return oldest !== undefined && Date.parse(oldest) < Date.parse(known) - OVERLAP_MS
}
