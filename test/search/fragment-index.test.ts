import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { SearchDocument, SearchQuery } from '../../src/search/search.ts'
import { drawDocument, drawFrom, drawNeedle } from './bulk-documents.ts'
import { named, Pair, type Step } from './index-pair.ts'
import { runs } from './soak.ts'
import { caseful } from './texts.ts'

describe('FragmentIndex', () => {
  it('answers as the plain index does, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(step(), { maxLength: 60, size: 'max' }), (steps) => {
        const pair = new Pair({ maxColumns: 2, mostToVerify: 1 })
        for (const run of steps) run(pair)
        pair.readAll()
      }),
      runs(300),
    )
  })

  it('has the columns that the plain index has, whatever happens while they are filled', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.array(document(), { minLength: 1, maxLength: 4 }).map(putStep) },
      { weight: 1, arbitrary: anyId().map((id) => named(`remove ${id}`, (pair) => pair.remove(id))) },
      { weight: 3, arbitrary: upkeepStep(1) },
      { weight: 6, arbitrary: readStep(4) },
    )
    const filling = fc.tuple(anyPath(), fc.array(step, { maxLength: 12 }))
    fc.assert(
      fc.property(fc.array(filling, { minLength: 1, maxLength: 6 }), (fillings) => {
        const pair = new Pair({ maxColumns: 2, mostToVerify: 1 })
        for (const [path, steps] of fillings) {
          pair.open(path)
          for (const run of steps) run(pair)
          pair.ready()
        }
      }),
      runs(300),
    )
  })

  it('answers as the plain index does with thousands of documents, whatever came before', () => {
    const options = fc.record({
      maxColumns: fc.integer({ min: 1, max: 4 }),
      mostToVerify: fc.integer({ min: 1, max: 20 }),
    })
    const steps = fc.array(bulkStep(), { minLength: 20, maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(options, bulkPut(400, IDS), steps, (options, first, steps) => {
        const pair = new Pair(options)
        for (const run of [first, ...steps]) run(pair)
        pair.readAll()
      }),
      runs(25),
    )
  })
})

function step(): fc.Arbitrary<Step> {
  const puts = fc.array(document(), { minLength: 1, maxLength: 8, size: 'max' })
  return fc.oneof(
    { weight: 6, arbitrary: puts.map(putStep) },
    { weight: 2, arbitrary: anyId().map((id) => named(`remove ${id}`, (pair) => pair.remove(id))) },
    { weight: 8, arbitrary: upkeepStep(2) },
    { weight: 4, arbitrary: columnStep(4) },
    { weight: 5, arbitrary: query().map(searchStep) },
    { weight: 1, arbitrary: query().map(streamStep) },
    { weight: 1, arbitrary: fc.constant(named('read', (pair) => pair.read())) },
  )
}

function putStep(documents: readonly SearchDocument[]): Step {
  return named(`put ${fc.stringify(documents)}`, (pair) => {
    for (const document of documents) pair.put(document, documents.length % 2 === 0)
  })
}

function searchStep(query: SearchQuery): Step {
  return named(`search ${fc.stringify(query)}`, (pair) => {
    pair.search(query)
  })
}

function streamStep(query: SearchQuery): Step {
  return named(`stream ${fc.stringify(query)}`, (pair) => pair.stream(query, 2))
}

/**
 * What somebody does who keeps the index quick, and who starts it again.
 * @param settling  how often everything is done at once, in comparison
 */
function upkeepStep(settling: number): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(named('seal', ({ fragment }) => fragment.seal())) },
    { weight: 4, arbitrary: fc.constant(named('begin', (pair) => pair.begin())) },
    { weight: 4, arbitrary: fc.constant(named('finish', (pair) => pair.finish())) },
    { weight: 2, arbitrary: fc.constant(named('cancel', (pair) => pair.cancel())) },
    { weight: settling, arbitrary: fc.constant(named('settle', ({ fragment }) => fragment.settle())) },
    { weight: 1, arbitrary: fc.constant(named('restart', (pair) => pair.restart())) },
  )
}

/**
 * What somebody does who fills a column.
 * @param most  documents read at once
 */
function columnStep(most: number): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 2, arbitrary: anyPath().map((path) => named(`open ${path}`, (pair) => pair.open(path))) },
    { weight: 7, arbitrary: readStep(most) },
    { weight: 2, arbitrary: fc.constant(named('ready', (pair) => pair.ready())) },
  )
}

function readStep(most: number): fc.Arbitrary<Step> {
  return fc.oneof(
    fc.integer({ min: 1, max: most }).map((count) => named(`fetch ${count}`, (pair) => pair.fetch(count))),
    fc.constant(named('offer', (pair) => pair.offer())),
  )
}

function anyId(): fc.Arbitrary<string> {
  return fc.constantFrom(...'0123456789', 'ten', 'elf', '😀', '\uFFFD', '\ud83d')
}

function document(): fc.Arbitrary<SearchDocument> {
  return fc
    .record({
      id: anyId(),
      unknown: fc.boolean(),
      texts: fc.array(withHalves(5), { maxLength: 3 }),
      fields: fc.record(
        {
          name: fc.oneof(withHalves(3), fc.constant(null), fc.integer({ min: -2, max: 2 })),
          age: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(null, true, false, 'a', 'ab', 'a\0')),
          tags: fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), withHalves(2)), { maxLength: 3 }),
          channels: fc.array(fc.record({ n: fc.integer({ min: 0, max: 3 }) }), { maxLength: 3 }),
          more: fc.object({
            maxDepth: 2,
            values: [fc.integer({ min: -2, max: 2 }), caseful(2), fc.boolean()],
          }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ id, unknown, texts, fields }) => ({ id, unknown, texts, record: fields }))
}

/** Half of a surrogate pair now and then. */
function withHalves(maxLength: number): fc.Arbitrary<string> {
  const halves = fc.string({
    unit: fc.constantFrom('a', '\ud83d', '\ude00', '😀', '\ud801', '\udc00'),
    maxLength,
  })
  return fc.oneof({ weight: 9, arbitrary: caseful(maxLength) }, { weight: 1, arbitrary: halves })
}

function query(): fc.Arbitrary<SearchQuery> {
  const key = fc.record({ path: anyPath(), direction: fc.constantFrom<1 | -1>(1, -1) })
  return fc.record({
    text: withHalves(3),
    unknown: fc.boolean(),
    order: fc.oneof(fc.constant([]), fc.uniqueArray(key, { maxLength: 3, selector: ({ path }) => path })),
    offset: fc.integer({ min: 0, max: 6 }),
    count: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.POSITIVE_INFINITY)),
  })
}

function anyPath(): fc.Arbitrary<string> {
  return fc.constantFrom('name', 'age', 'tags', 'channels.n', 'more', 'more.a')
}

/** Ids that the many documents choose from: so many are there at most. */
const IDS = 2500

function bulkStep(): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 1, arbitrary: bulkPut(1, 400) },
    { weight: 2, arbitrary: bulkPut(1, 8) },
    { weight: 2, arbitrary: bulkRemove() },
    { weight: 8, arbitrary: upkeepStep(20) },
    { weight: 3, arbitrary: columnStep(1000) },
    { weight: 12, arbitrary: bulkSearch() },
    { weight: 2, arbitrary: bulkStream() },
    { weight: 2, arbitrary: fc.constant(named('read', (pair) => pair.read())) },
  )
}

function bulkPut(min: number, max: number): fc.Arbitrary<Step> {
  const count = fc.noBias(fc.integer({ min, max }))
  return fc.record({ seed: fc.integer(), count }).map(({ seed, count }) =>
    named(`put ${count} of seed ${seed}`, (pair) => {
      const draw = drawFrom(seed)
      for (let put = 0; put < count; put++) pair.put(drawDocument(draw, IDS), seed % 2 === 0)
    }),
  )
}

function bulkRemove(): fc.Arbitrary<Step> {
  return fc
    .record({ seed: fc.integer(), oneIn: fc.noBias(fc.integer({ min: 2, max: 300 })) })
    .map(({ seed, oneIn }) =>
      named(`remove one in ${oneIn} by seed ${seed}`, (pair) => {
        const draw = drawFrom(seed)
        for (const id of [...pair.documents.keys()]) if (draw(oneIn) === 0) pair.remove(id)
      }),
    )
}

/** A few texts at different depths. */
function bulkSearch(): fc.Arbitrary<Step> {
  return fc.record({ seed: fc.integer(), order: fewOrders() }).map(({ seed, order }) =>
    named(`search by seed ${seed}, ${JSON.stringify(order)}`, (pair) => {
      const draw = drawFrom(seed)
      for (let search = 0; search < 4; search++) {
        const [text, unknown] = [drawNeedle(draw), draw(5) === 0]
        const offset = draw(2) * draw(2) * draw(IDS)
        const count = draw(10) === 0 ? Number.POSITIVE_INFINITY : draw(20)
        pair.search({ text, unknown, order, offset, count })
      }
    }),
  )
}

/** A long result that is read while other things happen. */
function bulkStream(): fc.Arbitrary<Step> {
  return fc.record({ seed: fc.integer(), order: fewOrders() }).map(({ seed, order }) =>
    named(`stream by seed ${seed}, ${JSON.stringify(order)}`, (pair) => {
      const draw = drawFrom(seed)
      const [text, unknown] = [draw(3) === 0 ? '' : drawNeedle(draw), draw(5) === 0]
      const [offset, count] = [draw(2) * draw(IDS), draw(2) === 0 ? draw(IDS) : Number.POSITIVE_INFINITY]
      pair.stream({ text, unknown, order, offset, count }, 1 + draw(200))
    }),
  )
}

/** So few that each comes again, when its rankings are made. */
function fewOrders(): fc.Arbitrary<SearchQuery['order']> {
  return fc.constantFrom<SearchQuery['order']>(
    [],
    [{ path: 'name', direction: -1 }],
    [{ path: 'age', direction: 1 }],
    [
      { path: 'tags', direction: -1 },
      { path: 'name', direction: 1 },
    ],
    [
      { path: 'tags', direction: 1 },
      { path: 'channels.n', direction: 1 },
    ],
  )
}
