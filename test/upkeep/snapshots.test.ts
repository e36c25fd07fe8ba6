// The index on disk: real files in a folder of their own, and the register of a real database.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { FragmentIndex, IMAGE_FORMAT, type SearchDocument } from '../../src/search/search.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { Snapshots } from '../../src/upkeep/snapshots.ts'
import { Upkeep } from '../../src/upkeep/upkeep.ts'
import { drawDocument, drawFrom, drawNeedle } from '../search/bulk-documents.ts'

/** Small enough that a few hundred documents have tries, lists and bitmaps. */
const options = { mostToVerify: 4 }
const POSITION = 1234
const TEXTS_VERSION = 7

let place: string
let database: string
let folder: string
let store: Store

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'omnidex-snapshots-'))
  database = join(place, 'omnidex.db')
  folder = `${database}-index`
  store = await openSqliteStore(database)
})

afterEach(async () => {
  await store.close()
  rmSync(place, { recursive: true, force: true })
})

/** As a new process would. */
function snapshots(): Snapshots {
  return new Snapshots(folder, store.snapshots, TEXTS_VERSION)
}

function anIndex(documents: number, seed = 1): FragmentIndex {
  const index = new FragmentIndex(options)
  const draw = drawFrom(seed)
  for (let put = 0; put < documents; put++) index.put(drawDocument(draw, documents))
  return index
}

/** Settled, and changed since: with a tail, with documents that are gone and ones without texts. */
function aLivedInIndex(): FragmentIndex {
  const index = anIndex(300)
  index.settle()
  for (let id = 0; id < 30; id++) index.remove(`${id}`)
  for (const id of ['new', 'newer']) index.put(aDocument(id))
  index.put({ ...aDocument('\uFFFDtextless\ud800'), texts: [] })
  return index
}

function aDocument(id: string): SearchDocument {
  return { id, unknown: false, texts: [`text of ${id}`], record: { name: id } }
}

async function save(index: FragmentIndex, by = snapshots(), signal?: AbortSignal): Promise<void> {
  await by.save({ image: index.image(), position: POSITION }, signal)
}

async function loaded(by = snapshots(), lastSeq = POSITION): Promise<FragmentIndex> {
  const snapshot = await by.load(lastSeq)
  assert.equal(snapshot?.position, POSITION)
  const index = new FragmentIndex(options)
  index.load(snapshot.image)
  return index
}

/** What an index says to many searches. */
function answers(index: FragmentIndex): unknown[] {
  const draw = drawFrom(99)
  const texts = ['', 'new', 'text of', ...Array.from({ length: 60 }, () => drawNeedle(draw))]
  const found = texts.flatMap((text) =>
    [true, false].map((unknown) => {
      const { total, ids } = index.search({ text, unknown, order: [], offset: draw(5), count: 20 })
      return { text, total, ids }
    }),
  )
  return [index.size, ...found]
}

function manifestFile(): string {
  const [file, ...others] = readdirSync(folder).filter((file) => file.endsWith('.manifest'))
  assert.ok(file && others.length === 0)
  return join(folder, file)
}

/** Changes what the manifest says, checksum and all. */
function changeManifest(change: object): void {
  const path = manifestFile()
  const [line = ''] = readFileSync(path, 'utf8').split('\n')
  const changed = JSON.stringify({ ...JSON.parse(line), ...change })
  writeFileSync(path, `${changed}\n${crc32(changed)}\n`)
}

function manifest(): { known: { file: string }[] } {
  return JSON.parse(readFileSync(manifestFile(), 'utf8').split('\n')[0] ?? '')
}

function segmentFiles(): string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.segment'))
}

describe('a snapshot', () => {
  it('answers as the index did, gone and textless documents included', async () => {
    const index = aLivedInIndex()
    await save(index)
    const restored = await loaded()
    assert.deepEqual(answers(restored), answers(index))
    // It goes on as the other does.
    for (const one of [index, restored]) {
      for (let id = 20; id < 90; id++) one.remove(`${id}`)
      one.put({ ...aDocument('new'), unknown: true })
      one.put(aDocument('\uFFFDtextless\ud800'))
    }
    assert.deepEqual(answers(restored), answers(index))
    for (const one of [index, restored]) one.settle()
    assert.deepEqual(answers(restored), answers(index))
  })

  it('may be of an empty index', async () => {
    const index = new FragmentIndex(options)
    await save(index)
    assert.deepEqual(answers(await loaded()), answers(index))
  })

  it('is for the owner of the database alone', async () => {
    await save(aLivedInIndex())
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const file of readdirSync(folder))
      assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
  })

  it('is not there before the first one is written, and nothing is made by looking', async () => {
    assert.equal(await snapshots().load(POSITION), undefined)
    assert.deepEqual(
      readdirSync(place).filter((file) => file.endsWith('-index')),
      [],
    )
  })

  it('writes only the segments that no snapshot before it wrote, and removes those that it lacks', async () => {
    const by = snapshots()
    const index = anIndex(300)
    index.settle()
    await save(index, by)
    const first = segmentFiles()
    const written = first.map((file) => statSync(join(folder, file)).mtimeMs)

    index.remove('7')
    index.put(aDocument('new'))
    await save(index, by)
    const second = segmentFiles()
    assert.deepEqual(
      first.filter((file) => second.includes(file)),
      first,
    )
    assert.equal(second.length, first.length + 1)
    assert.deepEqual(
      first.map((file) => statSync(join(folder, file)).mtimeMs),
      written,
    )
    assert.deepEqual(answers(await loaded()), answers(index))

    // What was read is not written again either.
    const again = snapshots()
    const restored = await loaded(again)
    await save(restored, again)
    assert.deepEqual(segmentFiles().toSorted(), second.toSorted())

    for (let id = 0; id < 200; id++) restored.put({ ...aDocument(`${id}`), unknown: id % 2 === 0 })
    restored.settle()
    await save(restored, again)
    assert.deepEqual(
      segmentFiles().filter((file) => second.includes(file)),
      [],
    )
    assert.equal(readdirSync(folder).length, segmentFiles().length + 1)
    assert.deepEqual(answers(await loaded()), answers(restored))
  })

  it('takes nothing away that is somebody else’s', async () => {
    mkdirSync(folder)
    const others = ['lost+found', `${randomUUID()}.segment`, 'photos.zip', 'old.segment', 'my.manifest']
    const [directory = '', segment = '', ...files] = others
    for (const name of [directory, segment]) mkdirSync(join(folder, name))
    for (const name of files) writeFileSync(join(folder, name), name)
    const by = snapshots()
    const index = anIndex(300)
    await save(index, by)
    index.put(aDocument('new'))
    index.settle()
    await save(index, by)
    for (const name of others) assert.ok(readdirSync(folder).includes(name), name)
    assert.deepEqual(answers(await loaded()), answers(index))
  })
})

describe('a snapshot that cannot be used', () => {
  /** It is told, and nothing of it gets into the index, which is filled from the database and saved anew. */
  async function assertRefused(lastSeq = POSITION): Promise<void> {
    const errors: unknown[] = []
    const index = new FragmentIndex(options)
    const upkeep = new Upkeep({
      index,
      position: () => POSITION + 1,
      snapshots: snapshots(),
      onError: (error) => errors.push(error),
    })
    assert.equal(await upkeep.restore(lastSeq), undefined)
    assert.equal(errors.length, 1)
    assert.ok(errors[0] instanceof Error)
    assert.equal(index.size, 0)
    assert.equal(index.search({ text: '', unknown: false, order: [], offset: 0, count: 1 }).work.segments, 0)
    await upkeep.stop()
  }

  it('is noticed, whichever segment is missing, whichever file cut off or with one bit that differs', async () => {
    await save(aLivedInIndex())
    const files = readdirSync(folder)
    assert.ok(files.length >= 4)
    const damage = fc.oneof(
      fc.constant('missing'),
      fc.constant('empty'),
      fc.record({ cut: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }),
      fc.record({ flip: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), bit: fc.nat(7) }),
      fc.record({ zeros: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, async (file, damage) => {
        const path = join(folder, file)
        const whole = readFileSync(path)
        const broken = damaged(whole, damage)
        // Only a manifest's last byte, the end of its last line, may be missing.
        if (broken?.equals(whole.subarray(0, -1)) && file.endsWith('.manifest')) return
        if (broken?.equals(whole)) return
        // Without a manifest there is no snapshot.
        if (broken === undefined && file.endsWith('.manifest')) return
        if (broken === undefined) rmSync(path)
        else writeFileSync(path, broken)
        await assertRefused()
        writeFileSync(path, whole)
      }),
      { numRuns: 150 },
    )
    assert.ok((await snapshots().load(POSITION)) !== undefined, 'whole again, it can be used')
  })

  it('is noticed when a segment is exchanged for another', async () => {
    await save(anIndex(300))
    const [known = '', unknown = ''] = segmentFiles().map((file) => join(folder, file))
    const [a, b] = [readFileSync(known), readFileSync(unknown)]
    writeFileSync(known, b)
    writeFileSync(unknown, a)
    await assertRefused()
  })

  it('is noticed when a segment is longer than it was', async () => {
    await save(anIndex(300))
    appendFileSync(join(folder, segmentFiles()[0] ?? ''), 'more')
    await assertRefused()
  })

  for (const [what, change] of [
    ['of an older format', { format: IMAGE_FORMAT - 1 }],
    ['of a newer format', { format: IMAGE_FORMAT + 1 }],
    ['without a format', { format: undefined }],
    ['of a machine with another byte order', { byteOrder: 'big' }],
    ['of other rules for what is searched', { textsVersion: TEXTS_VERSION - 1 }],
    ['without rules for what is searched', { textsVersion: undefined }],
    ['without segments', { known: undefined }],
    ['without a position', { position: undefined }],
    ['with a position that is none', { position: `${POSITION}` }],
    ['with a position before all others', { position: -1 }],
    ['without a list of what has no texts', { textless: undefined }],
    ['with ids that are none', { textless: ['one', 2] }],
  ] as const) {
    it(`is noticed when it is one ${what}, checksum and all`, async () => {
      await save(aLivedInIndex())
      changeManifest(change)
      await assertRefused()
    })
  }

  it('is noticed when its manifest is no object', async () => {
    await save(aLivedInIndex())
    for (const line of ['null', '7', '[]']) {
      writeFileSync(manifestFile(), `${line}\n${crc32(line)}\n`)
      await assertRefused()
    }
  })

  for (const [what, change] of [
    ['of another kind of array', { arrays: [['Float64Array', 1]] }],
    ['of a kind that all objects have', { arrays: [['constructor', 1]] }],
    ['of arrays without a length', { arrays: [['Uint8Array']] }],
    ['of too few arrays', { arrays: [] }],
    ['of more than there is memory', { arrays: [['Uint32Array', Number.MAX_SAFE_INTEGER]] }],
    ['whose arrays are no list', { arrays: 'Uint8Array' }],
    ['without a file', { file: undefined }],
    ['without a checksum', { crc: undefined }],
    ['without a list of what is gone', { gone: undefined }],
    ['of which a document is gone that it has not', { gone: [7, 7777] }],
    ['of which a document is gone twice', { gone: [7, 8, 7] }],
    ['of which a document before the first is gone', { gone: [-1] }],
    ['of which half a document is gone', { gone: [0.5] }],
    ['of which a document is gone that has no number', { gone: ['7'] }],
  ] as const) {
    it(`is noticed when it has a segment ${what}, checksum and all`, async () => {
      await save(aLivedInIndex())
      const { known } = manifest()
      changeManifest({ known: [{ ...known[0], ...change }, ...known.slice(1)] })
      await assertRefused()
    })
  }

  it('is noticed when a segment lacks the first document after its last, which is said to be gone', async () => {
    await save(aLivedInIndex())
    const { image } = (await snapshots().load(POSITION)) ?? {}
    const documents = (image?.known[0]?.data.ids.starts.length ?? 0) - 1
    const { known } = manifest()
    changeManifest({ known: [{ ...known[0], gone: [documents] }, ...known.slice(1)] })
    await assertRefused()
    changeManifest({ known: [{ ...known[0], gone: [documents - 1] }, ...known.slice(1)] })
    assert.ok(await snapshots().load(POSITION))
  })

  for (const file of [
    '../outside.segment',
    'inside.segment',
    '../UUID.segment',
    './UUID.segment',
    'UUID.segment/',
  ]) {
    it(`is noticed when a segment’s file is ${file}, which leads elsewhere or is not one of a snapshot`, async () => {
      await save(aLivedInIndex())
      const { known } = manifest()
      const named = file.replace('UUID', known[0]?.file.replace('.segment', '') ?? '')
      const original = join(folder, known[0]?.file ?? '')
      if (join(folder, named) !== original && !named.endsWith('/'))
        copyFileSync(original, join(folder, named))
      changeManifest({ known: [{ ...known[0], file: named }, ...known.slice(1)] })
      await assertRefused()
    })
  }

  it('is noticed when it has changes that the database has not', async () => {
    await save(aLivedInIndex())
    assert.ok(await snapshots().load(POSITION))
    await assertRefused(POSITION - 1)
  })

  it('is of no use when the database does not know it, as one that was restored from a backup', async () => {
    await save(aLivedInIndex())
    await store.snapshots.replace(undefined, 'of-another-time')
    assert.equal(await snapshots().load(POSITION), undefined)
  })

  it('is not looked for in a folder that is not there, as beside a copy of the database', async () => {
    await save(aLivedInIndex())
    rmSync(folder, { recursive: true })
    assert.equal(await snapshots().load(POSITION), undefined)
  })

  it('is found among manifests that the database was never told of', async () => {
    const index = aLivedInIndex()
    await save(index)
    for (const first of '0f') {
      writeFileSync(join(folder, `${first}${randomUUID().slice(1)}.manifest`), 'half-writ')
    }
    assert.deepEqual(answers(await loaded()), answers(index))
  })

  it('is of no use to another database in the same place', async () => {
    await save(aLivedInIndex())
    await store.close()
    for (const file of readdirSync(place).filter(
      (file) => file.startsWith('omnidex.db') && !file.endsWith('-index'),
    ))
      rmSync(join(place, file))
    store = await openSqliteStore(database)
    assert.equal(await snapshots().load(POSITION), undefined)
    const index = anIndex(10, 2)
    await save(index)
    assert.deepEqual(answers(await loaded()), answers(index))
    assert.equal(readdirSync(folder).length, 1 + segmentFiles().length)
    assert.ok(segmentFiles().length <= 2, 'those of the other database are gone')
  })
})

function damaged(
  whole: Buffer,
  damage: 'missing' | 'empty' | { cut: number } | { flip: number; bit: number } | { zeros: number } | string,
): Buffer | undefined {
  if (damage === 'missing') return undefined
  if (typeof damage === 'string') return Buffer.alloc(0)
  if ('cut' in damage) return whole.subarray(0, Math.floor(damage.cut * whole.length))
  const broken = Buffer.from(whole)
  if ('zeros' in damage) return broken.fill(0, Math.floor(damage.zeros * whole.length))
  const at = Math.floor(damage.flip * whole.length)
  broken.writeUInt8((whole[at] ?? 0) ^ (1 << damage.bit), at)
  return broken
}

describe('a crash while a snapshot is written', () => {
  it('leaves the one before, and the next save removes what it left behind', async () => {
    const by = snapshots()
    const index = aLivedInIndex()
    await save(index, by)
    const before = answers(index)
    const files = readdirSync(folder)

    index.put(aDocument('newest'))
    index.settle()
    await store.close()
    await assert.rejects(save(index, by), 'the database hears nothing of it')
    assert.ok(readdirSync(folder).length > files.length, 'files are left behind')
    assert.deepEqual(
      files.filter((file) => !readdirSync(folder).includes(file)),
      [],
      'and none is taken away',
    )

    store = await openSqliteStore(database)
    const half = `${randomUUID()}.segment`
    writeFileSync(join(folder, half), 'half')
    const restored = await loaded()
    assert.deepEqual(answers(restored), before)
    restored.put(aDocument('newest'))
    await save(restored)
    assert.equal(readdirSync(folder).length, 1 + segmentFiles().length)
    assert.ok(!segmentFiles().includes(half))
    assert.deepEqual(answers(await loaded()), answers(restored))
  })

  it('is one when the folder cannot be made or written', async () => {
    writeFileSync(folder, 'a file in its place')
    await assert.rejects(save(aLivedInIndex()))
    assert.equal(readFileSync(folder, 'utf8'), 'a file in its place')
    rmSync(folder)
    if (process.getuid?.() === 0) return
    chmodSync(place, 0o500)
    await assert.rejects(save(aLivedInIndex()))
    chmodSync(place, 0o700)
  })
})

describe('a snapshot that fails', () => {
  /** Two for each of a segment's seven arrays. */
  const MANY = 14
  let handle: FileHandle
  /** What every file on disk is written with. */
  let proto: FileHandle

  beforeEach(async () => {
    handle = await open(database)
    proto = Object.getPrototypeOf(handle)
  })

  afterEach(async () => {
    mock.restoreAll()
    await handle.close()
  })

  /** Has `act` called before each call that puts something on disk, with its number. */
  function onWrites(act: (call: number) => void): void {
    let calls = 0
    for (const method of ['writeFile', 'datasync', 'sync'] as const) {
      const original = proto[method] as (...args: unknown[]) => Promise<void>
      mock.method(proto, method, async function (this: FileHandle, ...args: unknown[]) {
        act(++calls)
        await original.apply(this, args)
      })
    }
  }

  /** The index has changed since its last snapshot, so there are segments to write. */
  async function aSavedIndex(
    by: Snapshots,
  ): Promise<{ index: FragmentIndex; files: string[]; before: unknown }> {
    const index = aLivedInIndex()
    await save(index, by)
    const before = answers(index)
    index.put(aDocument('newest'))
    index.settle()
    return { index, before, files: readdirSync(folder).toSorted() }
  }

  /** Whether a save failed in this way, with `act` called before each write. */
  async function fails(
    index: FragmentIndex,
    by: Snapshots,
    how: RegExp,
    act: (call: number) => void,
    signal?: AbortSignal,
  ): Promise<boolean> {
    onWrites(act)
    const failure = await save(index, by, signal).then(
      () => undefined,
      (error: unknown) => `${error}`,
    )
    mock.restoreAll()
    if (failure !== undefined) assert.match(failure, how)
    return failure !== undefined
  }

  async function assertAsBefore({ files, before }: { files: string[]; before: unknown }): Promise<void> {
    assert.deepEqual(readdirSync(folder).toSorted(), files)
    assert.deepEqual(answers(await loaded()), before)
  }

  it('leaves no files, whichever write finds the disk full, and is made good by the same process', async () => {
    const by = snapshots()
    const saved = await aSavedIndex(by)
    let writes = 0
    const fillDisk = (call: number) => {
      if (call > writes) throw new Error('the disk is full')
    }
    while (await fails(saved.index, by, /full/, fillDisk)) {
      await assertAsBefore(saved)
      writes++
    }
    assert.ok(writes > MANY, `${writes} writes`)
    assert.deepEqual(answers(await loaded()), answers(saved.index))
  })

  it('leaves no files when it is given up at any moment, soon after', async () => {
    const by = snapshots()
    const saved = await aSavedIndex(by)
    for (let moment = 0; ; moment++) {
      const givingUp = new AbortController()
      let calls = 0
      const giveUp = () => {
        if (calls++ === moment) givingUp.abort(new Error('given up'))
      }
      if (!(await fails(saved.index, by, /given up/, giveUp, givingUp.signal))) {
        assert.ok(moment > MANY, `${moment} writes`)
        break
      }
      await assertAsBefore(saved)
      assert.ok(calls <= moment + 3, 'a chunk, its way to the disk, and its file’s')
    }
    assert.deepEqual(answers(await loaded()), answers(saved.index))
  })

  it('leaves no files when the database does not take it, and is made good by the same process', async () => {
    const by = new Snapshots(folder, failingOnce(store), TEXTS_VERSION)
    const index = aLivedInIndex()
    await assert.rejects(save(index, by), /full/)
    assert.deepEqual(readdirSync(folder), [])
    index.put(aDocument('newest'))
    await save(index, by)
    assert.deepEqual(answers(await loaded()), answers(index))
  })

  it('is none when the database has taken it and only its answer was lost', async () => {
    const { snapshots: register } = store
    const replace = async (before: string | undefined, name: string) => {
      await register.replace(before, name)
      throw new Error('the connection is lost')
    }
    const index = aLivedInIndex()
    await save(
      index,
      new Snapshots(
        folder,
        { has: (name) => register.has(name), replace, forgetAll: () => register.forgetAll() },
        TEXTS_VERSION,
      ),
    )
    assert.deepEqual(answers(await loaded()), answers(index))
  })
})

/** A database whose disk is full for a moment, just when it is to be told of the snapshot. */
function failingOnce({ snapshots }: Store): Store['snapshots'] {
  let fails = true
  return {
    has: (name) => snapshots.has(name),
    async replace(before, name) {
      if (fails) {
        fails = false
        throw new Error('the disk is full')
      }
      await snapshots.replace(before, name)
    },
    forgetAll: () => snapshots.forgetAll(),
  }
}
