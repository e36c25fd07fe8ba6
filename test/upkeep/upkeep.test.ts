// What keeps an index quick: real worker threads, a real folder for snapshots.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { generateContacts } from '../../src/demo/contacts.ts'
import { Feed } from '../../src/feed.ts'
import { FragmentIndex, type Job, PlainIndex, type Task } from '../../src/search/search.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { Snapshots } from '../../src/upkeep/snapshots.ts'
import { Upkeep, type UpkeepOptions } from '../../src/upkeep/upkeep.ts'
import { drawDocument, drawFrom, drawNeedle } from '../search/bulk-documents.ts'
import { until } from '../support/program.ts'

/** Documents in the tail at which Upkeep seals it. */
const SEAL_AT = 256

let opened: Upkeep[] = []

afterEach(async () => {
  for (const upkeep of opened) await upkeep.stop()
  opened = []
})

interface Kept {
  readonly index: FragmentIndex
  readonly upkeep: Upkeep
  readonly errors: unknown[]
  /** How many changes the index has. */
  readonly at: { position: number }
}

function keep(index: FragmentIndex, options: Partial<UpkeepOptions> = {}): Kept {
  const errors: unknown[] = []
  const at = { position: 0 }
  const upkeep = new Upkeep({
    index,
    position: () => at.position,
    onError: (error) => errors.push(error),
    ...options,
  })
  opened.push(upkeep)
  return { index, upkeep, errors, at }
}

function fill(index: Pick<FragmentIndex, 'put'>, documents: number, seed = 1): void {
  const draw = drawFrom(seed)
  for (let put = 0; put < documents; put++) index.put(drawDocument(draw, documents))
}

/** Every test's searches, unless they say otherwise. */
const everything = { text: '', unknown: false, order: [], offset: 0, count: 50 }

describe('upkeep of an index', () => {
  it('lets searches and changes go on while segments are merged, and loses none of them', async () => {
    const { index, upkeep, errors } = keep(new FragmentIndex({ mostToVerify: 50 }))
    const plain = new PlainIndex()
    // Several segments, so that there are several merges, one after the other.
    for (let seals = 0; seals < 4; seals++) {
      for (const one of [index, plain]) fill(one, 1_500, seals)
      index.seal()
    }
    const draw = drawFrom(7)
    const change = () => {
      const [document, id] = [drawDocument(draw, 7_000), `${draw(7_000)}`]
      for (const one of [index, plain]) one.put(document)
      for (const one of [index, plain]) one.remove(id)
    }
    let [isSettled, searches] = [false, 0]
    const settled = upkeep.settle().then(() => {
      isSettled = true
    })
    while (!isSettled) {
      // As long as there are changes there may be something to merge.
      if (searches < 200) for (let changes = 0; changes < 5; changes++) change()
      upkeep.tend()
      const query = { ...everything, text: drawNeedle(draw), unknown: draw(4) === 0, offset: draw(100) }
      const [{ total, ids }, expected] = [index.search(query), plain.search(query)]
      assert.deepEqual({ total, ids: [...ids] }, { total: expected.total, ids: [...expected.ids] })
      searches++
      await nextTurn()
    }
    await settled
    assert.ok(searches > 3, `${searches} searches while it merged`)
    for (let search = 0; search < 100; search++) {
      const query = { ...everything, text: drawNeedle(draw), count: 10 }
      assert.deepEqual(index.search(query).ids, plain.search(query).ids)
    }
    assert.deepEqual(errors, [])
  })

  it('ranks an order before anybody searches by it, and knows at once when it has', async () => {
    const { index, upkeep, errors } = keep(new FragmentIndex({ mostToVerify: 50 }))
    fill(index, 2_000)
    await upkeep.settle()
    const orders = [1, -1].map((direction) => [{ path: 'name', direction: direction as 1 | -1 }])
    const [byName = [], backwards = []] = orders
    assert.equal(upkeep.rank(byName), undefined, 'the default order needs none')
    assert.equal(index.search({ ...everything, order: backwards }).work.sorted > 0, true)
    await Promise.all([upkeep.rank(backwards), upkeep.rank(backwards)])
    assert.equal(upkeep.rank(backwards), undefined)
    assert.equal(index.search({ ...everything, order: backwards }).work.sorted, 0)
    assert.deepEqual(errors, [])
  })

  it('lets searches go unranked rather than wait for ever, when it is stopped or jobs fail', async () => {
    const { index, upkeep } = keep(new FragmentIndex({ mostToVerify: 50 }))
    fill(index, 2_000)
    await upkeep.settle()
    const waiting = upkeep.rank([{ path: 'name', direction: -1 }])
    await upkeep.stop()
    await waiting
    await upkeep.rank([{ path: 'name', direction: -1 }])
  })

  it('seals a tail that has grown, late while the index is filled', async () => {
    const { index, upkeep } = keep(new FragmentIndex())
    fill(index, 1_000)
    upkeep.tend()
    assert.equal(index.unsealed > SEAL_AT, true)
    await upkeep.settle()
    assert.equal(index.unsealed, 0)
    for (let more = 0; more < 3 * SEAL_AT; more++) {
      index.put({ id: `more-${more}`, unknown: more % 2 === 0, texts: ['more'], record: {} })
      upkeep.tend()
      assert.ok(index.unsealed < SEAL_AT)
    }
    await upkeep.settle()
    const { total, work } = index.search({ ...everything, text: 'more' })
    assert.equal(total, (3 * SEAL_AT) / 2)
    assert.ok(work.segments <= 4, `${work.segments} segments`)
  })

  it('makes the rankings of an order that is in use', async () => {
    const { index, upkeep } = keep(new FragmentIndex({ mostToVerify: 50 }))
    fill(index, 2_000)
    await upkeep.settle()
    const query = { ...everything, text: 'a', order: [{ path: 'name', direction: -1 as const }] }
    const { ids } = index.search(query)
    const task = index.nextTask()
    assert.equal(task?.job.kind, 'rank')
    task.cancel()
    upkeep.tend()
    await upkeep.settle()
    assert.equal(index.nextTask(), undefined)
    const { ids: ranked, work } = index.search(query)
    assert.deepEqual([ranked, work.sorted], [ids, 0])
  })
})

/** Its first task cannot be done by anybody. */
class Broken extends FragmentIndex {
  failures: number
  cancelled = 0

  constructor(failures: number) {
    super({ mostToVerify: 50 })
    this.failures = failures
  }

  override nextTask(most?: number): Task | undefined {
    const task = super.nextTask(most)
    if (task === undefined || this.failures === 0) return task
    this.failures--
    const cancel = () => {
      this.cancelled++
      task.cancel()
    }
    return { ...task, cancel, job: { ...task.job, inputs: undefined } as unknown as Job }
  }
}

describe('a job that fails', () => {
  it('is told, given back, and done ten seconds later', async () => {
    // No test waits for ten seconds: time stands still until it is told to go on.
    mock.timers.enable({ apis: ['setTimeout'] })
    syncBuiltinESMExports()
    try {
      const index = new Broken(1)
      const { upkeep, errors } = keep(index)
      fill(index, 2_000)
      const query = { ...everything, text: 'ab' }
      void upkeep.settle()
      while (errors.length === 0) await nextTurn()
      const { total, work } = index.search(query)
      assert.ok(total > 0)
      assert.deepEqual([index.cancelled, work.steps], [1, 0])
      mock.timers.tick(9_999)
      for (let turns = 0; turns < 100; turns++) await nextTurn()
      assert.equal(index.search(query).work.steps, 0, 'it rests')
      mock.timers.tick(1)
      while (index.search(query).work.steps === 0) await nextTurn()
      assert.equal(index.search(query).total, total)
      assert.equal(errors.length, 1)
    } finally {
      mock.timers.reset()
      syncBuiltinESMExports()
    }
  })

  it('is told with what went wrong', async () => {
    const { index, upkeep, errors } = keep(new Broken(1))
    fill(index, 2_000)
    void upkeep.settle()
    await until(() => errors.length > 0, 'the failure is told')
    assert.ok(errors[0] instanceof TypeError, String(errors[0]))
  })

  it('keeps nobody waiting: the index serves all the same', async () => {
    const { index, upkeep, errors } = keep(new Broken(Number.POSITIVE_INFINITY))
    fill(index, 2_000)
    let isSettled = false
    void upkeep.settle().then(() => {
      isSettled = true
    })
    await until(() => errors.length > 0, 'the failure is told')
    await until(() => isSettled, 'it is settled as far as it can be', 2_000)
  })
})

/** The next job cannot even be named, at the calls given, from 1. */
class Confused extends FragmentIndex {
  readonly failing: ReadonlySet<number>
  calls = 0

  constructor(...failing: number[]) {
    super({ mostToVerify: 50 })
    this.failing = new Set(failing)
  }

  override nextTask(most?: number): Task | undefined {
    if (this.failing.has(++this.calls)) throw new RangeError('confused')
    return super.nextTask(most)
  }
}

describe('an index that fails when it is asked for the next job', () => {
  for (const [when, calls] of [
    ['the first time', [1]],
    ['after a job', [3]],
    ['both times after a job', [3, 4]],
  ] as const) {
    it(`${when} is told, ends nothing and keeps nobody waiting`, async () => {
      const { index, upkeep, errors } = keep(new Confused(...calls))
      fill(index, 2_000)
      await upkeep.settle()
      await until(() => errors.length === calls.length, 'it is told')
      assert.ok(errors.every((error) => /confused/.test(`${error}`)))
      assert.ok(index.search({ ...everything, text: 'ab' }).total > 0)
    })
  }
})

describe('to stop', () => {
  it('ends a merge that is under way, whose segments stay as they were', async () => {
    const { index, upkeep, errors } = keep(new FragmentIndex({ mostToVerify: 1 }))
    fill(index, 60_000)
    const settled = upkeep.settle()
    await nextTurn()
    const { total } = index.search({ ...everything, text: 'ab' })
    await upkeep.stop()
    await settled
    assert.deepEqual(errors, [])
    const { total: after, work } = index.search({ ...everything, text: 'ab' })
    assert.deepEqual([after, work.steps], [total, 0], 'nothing was merged')
    assert.equal(index.nextTask()?.job.kind, 'merge', 'the job was given back')
  })

  it('is harmless twice, and nothing begins afterwards', async () => {
    const { index, upkeep, errors } = keep(new FragmentIndex({ mostToVerify: 1 }))
    await upkeep.stop()
    await upkeep.stop()
    fill(index, 2_000)
    upkeep.tend()
    await upkeep.settle()
    upkeep.tend()
    assert.equal(index.search({ ...everything, text: 'ab' }).work.steps, 0)
    assert.deepEqual(errors, [])
  })
})

describe('upkeep of snapshots', () => {
  let place: string
  let folder: string
  let store: Store

  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'omnidex-upkeep-'))
    folder = join(place, 'index')
    store = await openSqliteStore(':memory:')
  })

  afterEach(() => store.close())
  after(() => rmSync(place, { recursive: true, force: true }))

  function snapshots(): Snapshots {
    return new Snapshots(folder, store.snapshots)
  }

  function manifest(): string | undefined {
    try {
      return readdirSync(folder).find((file) => file.endsWith('.manifest'))
    } catch {
      return undefined
    }
  }

  /** Name of the snapshot that a start would find. */
  async function saved(): Promise<string | undefined> {
    const name = manifest()?.replace('.manifest', '')
    return name !== undefined && (await store.snapshots.has(name)) ? name : undefined
  }

  it('saves once the index is filled, and again at the end if anything changed', async () => {
    const { index, upkeep, at } = keep(new FragmentIndex(), { snapshots: snapshots() })
    assert.equal(await upkeep.restore(0), undefined)
    fill(index, 1_000)
    at.position = 1_000
    upkeep.tend()
    assert.equal(manifest(), undefined, 'not while it is filled')
    await upkeep.settle()
    upkeep.tend()
    await until(async () => (await saved()) !== undefined, 'it is saved')
    const first = await saved()
    for (const change of [1_001, 5_000]) {
      at.position = change
      upkeep.tend()
    }
    await nextTurn()
    assert.equal(await saved(), first, 'not again so soon')
    index.put({ id: 'last', unknown: false, texts: ['last'], record: {} })
    await upkeep.stop()
    assert.notEqual(await saved(), first)

    const next = keep(new FragmentIndex(), { snapshots: snapshots() })
    assert.equal(await next.upkeep.restore(5_000), 5_000)
    next.at.position = 5_000
    assert.equal(next.index.size, index.size)
    assert.equal(next.index.search({ ...everything, text: 'last' }).total, 1)
    await next.upkeep.settle()
    const second = await saved()
    next.upkeep.tend()
    await next.upkeep.stop()
    assert.equal(await saved(), second, 'nothing changed, nothing is written')
  })

  it('saves nothing of an index that was not filled to the end', async () => {
    const { index, upkeep, at } = keep(new FragmentIndex(), { snapshots: snapshots() })
    fill(index, 1_000)
    at.position = 2_000
    upkeep.tend()
    await upkeep.stop()
    assert.equal(await saved(), undefined)
  })

  it('saves nothing of an index whose filling was stopped, however late', async () => {
    const contacts = [...generateContacts({ count: 1_200 })]
    await store.contacts.importMany(contacts)
    const index = new FragmentIndex()
    const { upkeep, errors } = keep(index, { snapshots: snapshots(), position: () => feed.position })
    const feed: Feed = new Feed({
      source: {
        lastSeq: () => store.contacts.lastSeq(),
        changesAfter: (seq, limit) => store.contacts.changesAfter(seq, limit),
        scan: async (afterId, limit) => {
          const batch = await store.contacts.scan(afterId, limit)
          if (afterId !== '') await feed.stop()
          return batch
        },
      },
      index,
      keeper: upkeep,
      onError: (error) => errors.push(error),
    })
    await feed.start()
    assert.ok(index.size < contacts.length)
    await upkeep.stop()
    assert.deepEqual([await saved(), errors], [undefined, []])
  })

  it('only reads when it is told so', async () => {
    const { index, upkeep, at } = keep(new FragmentIndex(), { snapshots: snapshots(), saves: false })
    fill(index, 1_000)
    at.position = 1_000
    await upkeep.settle()
    upkeep.tend()
    await upkeep.stop()
    assert.equal(await saved(), undefined)
    assert.equal(manifest(), undefined)
  })

  it('tells of a folder that cannot be made, and goes on', async () => {
    writeFileSync(folder, 'a file in its place')
    const { index, upkeep, at, errors } = keep(new FragmentIndex(), { snapshots: snapshots() })
    fill(index, 1_000)
    at.position = 1_000
    await upkeep.settle()
    upkeep.tend()
    await until(() => errors.length > 0, 'it is told')
    index.put({ id: 'last', unknown: false, texts: ['last'], record: {} })
    at.position++
    upkeep.tend()
    assert.equal(index.search({ ...everything, text: 'last' }).total, 1)
    await upkeep.stop()
    assert.equal(errors.length, 2, 'it tried again at the end')
    assert.equal(await saved(), undefined)
  })

  it('saves at the end what could not be saved before', async () => {
    writeFileSync(folder, 'a file in its place')
    const { index, upkeep, at, errors } = keep(new FragmentIndex(), { snapshots: snapshots() })
    fill(index, 1_000)
    at.position = 1_000
    await upkeep.settle()
    upkeep.tend()
    await until(() => errors.length > 0, 'it is told')
    rmSync(folder)
    await upkeep.stop()
    assert.notEqual(await saved(), undefined)
  })

  it('tells of an index that cannot be imaged, and goes on', async () => {
    const { index, upkeep, at, errors } = keep(new FragmentIndex(), { snapshots: snapshots() })
    fill(index, 1_000)
    at.position = 1_000
    await upkeep.settle()
    const imaging = mock.method(index, 'image', () => {
      throw new RangeError('Array buffer allocation failed')
    })
    upkeep.tend()
    await until(() => errors.length > 0, 'it is told')
    assert.match(`${errors[0]}`, /allocation failed/)
    imaging.mock.restore()
    await upkeep.stop()
    assert.notEqual(await saved(), undefined, 'it tried again at the end')
  })

  describe('to stop with a slow disk', () => {
    afterEach(() => mock.restoreAll())

    /** Every piece that is written takes so long. */
    async function slowDown(ms: number): Promise<void> {
      const handle = await open(place)
      const proto: FileHandle = Object.getPrototypeOf(handle)
      const { datasync } = proto
      mock.method(proto, 'datasync', async function (this: FileHandle) {
        await sleep(ms)
        await datasync.apply(this)
      })
      await handle.close()
    }

    async function aKeptIndex(): Promise<Kept> {
      const kept = keep(new FragmentIndex(), { snapshots: snapshots(), lastSaveMs: 50 })
      fill(kept.index, 1_000)
      kept.at.position = 1_000
      await kept.upkeep.settle()
      return kept
    }

    for (const when of ['at the end', 'under way']) {
      it(`gives up a snapshot ${when} that takes too long, and leaves the one before`, async () => {
        const { upkeep, at, index, errors } = await aKeptIndex()
        if (when === 'at the end') {
          upkeep.tend()
          await until(async () => (await saved()) !== undefined, 'it is saved')
        }
        const [before, files] = [await saved(), listed()]
        index.put({ id: 'last', unknown: false, texts: ['last'], record: {} })
        at.position++
        await slowDown(100)
        if (when === 'under way') upkeep.tend()
        const stoppedAt = performance.now()
        await upkeep.stop()
        const ms = performance.now() - stoppedAt
        assert.ok(ms < 500, `${ms} ms, where all pieces would take longer`)
        assert.match(`${errors}`, /not written within 50 ms/)
        assert.equal(errors.length, 1)
        assert.deepEqual([await saved(), listed()], [before, files])
      })
    }

    function listed(): string[] {
      return manifest() === undefined ? [] : readdirSync(folder).toSorted()
    }
  })
})
