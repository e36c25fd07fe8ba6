import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  areParallel,
  compareSortValues,
  compareText,
  readSortPath,
  type SortValue,
  sortValue,
} from '../../src/search/sort-value.ts'
import { anyText, anyUnits, caseful, compareCodePoints } from './texts.ts'

const emptyArray = undefined

describe('sortValue', () => {
  const record = {
    name: 'Ada',
    lastChat: { ts: '2024-05-01T00:00:00.000Z' },
    emails: [{ address: 'b@x' }, { address: 'a@x' }, { address: 'c@x' }],
    phones: [],
    tags: ['red', 7, null],
    channels: [{ name: 'mail', ids: [4, 9] }, { name: 'chat' }, 'broken'],
    grid: [[1, 2], []],
    nothing: null,
  }
  const claims: [claim: string, path: string, ascending: SortValue, descending: SortValue][] = [
    ['is the field itself', 'name', 'Ada', 'Ada'],
    ['follows a dotted path', 'lastChat.ts', '2024-05-01T00:00:00.000Z', '2024-05-01T00:00:00.000Z'],
    ['takes a missing field for null', 'age', null, null],
    ['takes a stored null for null', 'nothing', null, null],
    ['takes a path that goes on behind a text for null', 'name.length', null, null],
    ['is the smallest or the largest element', 'emails.address', 'a@x', 'c@x'],
    ['orders the elements of an array by type', 'tags', null, 'red'],
    ['tells an empty array from null', 'phones', emptyArray, emptyArray],
    ['takes a path that goes on behind an empty array for null', 'phones.phoneNumber', null, null],
    [
      'counts elements without the field, and those that are no objects, as null',
      'channels.name',
      null,
      'mail',
    ],
    ['looks into arrays within arrays of objects', 'channels.ids', null, 9],
    ['addresses a position by its number', 'emails.1.address', 'a@x', 'a@x'],
    ['takes a position beyond the end for null', 'emails.3.address', null, null],
    ['takes no other spelling of a number for a position', 'emails.01.address', null, null],
    ['has arrays within an array as elements', 'grid', [], [1, 2]],
    ['takes an array that was picked by position as a whole', 'grid.0', [1, 2], [1, 2]],
    ['tells an empty array that was picked by position', 'grid.1', emptyArray, emptyArray],
    ['picks twice', 'grid.0.1', 2, 2],
    ['follows no names into arrays within arrays', 'grid.x', null, null],
    ['finds nothing a record inherits: constructor', 'constructor', null, null],
    ['finds nothing a record inherits: __proto__', '__proto__.constructor.name', null, null],
    ['finds nothing an array inherits', 'emails.length', null, null],
    ['knows no field of an empty name', '', null, null],
  ]
  for (const [claim, path, ascending, descending] of claims) {
    it(`${claim} (${path})`, () => {
      assert.deepEqual(sortValue(record, path, 1), ascending)
      assert.deepEqual(sortValue(record, path, -1), descending)
    })
  }

  it('reads a record that owns a field named __proto__', () => {
    const own = JSON.parse('{"__proto__": {"x": 5}}')
    assert.equal(sortValue(own, '__proto__.x', 1), 5)
  })

  it('agrees with the values spelled out one by one, on generated records', () => {
    let throughArrays = 0
    fc.assert(
      fc.property(records(), paths(), (record, path) => {
        const values = expand(record, path.split('.'))
        const [smallest, largest] = [sortValue(record, path, 1), sortValue(record, path, -1)]
        for (const extreme of [smallest, largest]) {
          assert.ok(values.some((value) => naiveCompare(value, extreme) === 0))
        }
        for (const value of values) {
          assert.ok(naiveCompare(smallest, value) <= 0)
          assert.ok(naiveCompare(value, largest) <= 0)
        }
        if (values.length > 1) throughArrays++
      }),
      { numRuns: 3000 },
    )
    assert.ok(throughArrays > 50, `only ${throughArrays} records with several values`)
  })
})

describe('compareSortValues', () => {
  const ascending: SortValue[] = [
    emptyArray,
    null,
    -1e300,
    -1,
    0,
    0.5,
    10,
    '',
    '10',
    '9',
    'A',
    'Z',
    'a',
    'aa',
    'é',
    '漢',
    '\uFFFD',
    '😀',
    {},
    { b: null },
    { a: 1 },
    { a: 1, b: 0 },
    { a: 2 },
    { b: 1 },
    { a: 'x' },
    { a: {} },
    { a: [] },
    { a: false },
    [],
    [null],
    [1],
    [1, 2],
    [2],
    ['a'],
    false,
    true,
  ]
  it('orders types first, and values within a type', () => {
    for (const [at, value] of ascending.entries()) {
      for (const [otherAt, other] of ascending.entries()) {
        const order = Math.sign(compareSortValues(value, other))
        assert.equal(order, Math.sign(at - otherAt), `${JSON.stringify(value)} and ${JSON.stringify(other)}`)
      }
    }
  })

  it('agrees with a comparison of flat lists, on generated values', () => {
    let equal = 0
    fc.assert(
      fc.property(json(), json(), (a, b) => {
        const order = Math.sign(compareSortValues(a, b))
        assert.equal(order, Math.sign(naiveCompare(a, b)))
        assert.equal(Math.sign(compareSortValues(b, a)), order === 0 ? 0 : -order)
        if (order === 0) equal++
      }),
      { numRuns: 5000 },
    )
    assert.ok(equal > 0 && equal < 5000)
  })
})

describe('compareText', () => {
  it('puts emoji behind U+FFFD, unlike <', () => {
    assert.ok('😀' < '\uFFFD')
    assert.ok(compareText('😀', '\uFFFD') > 0)
    assert.ok(compareText('a\uE000', 'a\u{10400}') < 0)
  })

  it('takes half of a pair that stands alone for a code point before U+E000', () => {
    const ascending = [
      '\ud7ff',
      '\ud83d',
      '\ud83da',
      '\ud83d\uffff',
      '\ude00',
      '\ue000',
      '\uffff',
      '😀',
      '😁',
    ]
    for (const [at, text] of ascending.entries()) {
      for (const [otherAt, other] of ascending.entries())
        assert.equal(Math.sign(compareText(text, other)), Math.sign(at - otherAt), `${at} and ${otherAt}`)
    }
  })

  it('agrees with a comparison code point by code point, halves of pairs included', () => {
    // Few of them, so that texts differ within a pair, before it and behind it.
    const halves = fc.string({
      unit: fc.constantFrom('a', '\ud83d', '\ud83e', '\ude00', '\ude01', '\uffff'),
      maxLength: 5,
    })
    fc.assert(
      fc.property(fc.oneof(halves, anyUnits()), halves, anyUnits(3), (a, b, beginning) => {
        for (const [x, y] of [
          [a, b],
          [beginning + a, beginning + b],
        ] as const) {
          const order = Math.sign(compareText(x, y))
          assert.equal(order, Math.sign(compareCodePoints(x, y)), JSON.stringify([x, y]))
          assert.equal(Math.sign(compareText(y, x)), order === 0 ? 0 : -order)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('agrees with the bytes of UTF-8 where that has the texts', () => {
    const text = fc.oneof(caseful(), anyText()).map((any) => any.toWellFormed())
    fc.assert(
      fc.property(text, text, (a, b) => {
        const order = Math.sign(compareText(a, b))
        assert.equal(order, Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('areParallel', () => {
  const record = {
    name: 'Ada',
    emails: [{ address: 'a@x' }],
    phones: [],
    channels: [{ ids: [1], tags: [2] }, { tags: [] }],
  }
  const parallel = (path: string, other: string) =>
    areParallel(readSortPath(record, path.split('.')).arrays, readSortPath(record, other.split('.')).arrays)

  it('finds two paths through different arrays, an empty one included', () => {
    assert.equal(parallel('emails.address', 'phones.phoneNumber'), true)
    assert.equal(parallel('emails', 'phones'), true)
    assert.equal(parallel('emails.0.address', 'phones'), true)
  })

  it('finds two paths through one array that part inside an element', () => {
    assert.equal(parallel('channels.ids', 'channels.tags'), true)
  })

  it('lets two paths through the same array pass, and those through none', () => {
    assert.equal(parallel('emails.address', 'emails.verified'), false)
    assert.equal(parallel('channels.tags', 'channels.name'), false)
    assert.equal(parallel('name', 'emails.address'), false)
    assert.equal(parallel('missing', 'phones'), false)
  })
})

function json(): fc.Arbitrary<SortValue> {
  return tree().value
}

function records(): fc.Arbitrary<object> {
  return tree().object
}

function tree(): { value: fc.Arbitrary<SortValue>; object: fc.Arbitrary<object> } {
  return fc.letrec<{ value: SortValue; object: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom<SortValue>(null, 0, 1, -2.5, '', 'a', 'b', '😀', '\uFFFD', true, false),
      tie('object'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', '0', '__proto__'), tie('value'), { maxKeys: 3 }),
  }))
}

function paths(): fc.Arbitrary<string> {
  const name = fc.constantFrom('a', 'a', 'b', 'b', '0', '1', '__proto__', 'constructor')
  return fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'))
}

/** Every value a path stands for, in no order. */
function expand(value: SortValue, path: readonly string[]): SortValue[] {
  const [name, ...rest] = path
  if (Array.isArray(value)) return expandArray(value, path)
  if (name === undefined) return [value]
  const fields = new Map<string, SortValue>(typeof value === 'object' && value ? Object.entries(value) : [])
  return fields.has(name) ? expand(fields.get(name), rest) : [null]
}

function expandArray(array: SortValue[], path: readonly string[]): SortValue[] {
  const [name, ...rest] = path
  if (name === undefined) return array.length === 0 ? [emptyArray] : array
  if (array.length === 0) return [null]
  const positions = array.map((_, position) => String(position))
  if (!positions.includes(name))
    return array.flatMap((element) => (Array.isArray(element) ? [null] : expand(element, path)))
  const picked = array[positions.indexOf(name)]
  const isWhole = Array.isArray(picked) && picked.length > 0 && rest.length === 0
  return isWhole ? [picked] : expand(picked, rest)
}

/** Both values as flat lists of numbers and texts, which then compare item by item. */
function naiveCompare(a: SortValue, b: SortValue): number {
  const [x, y] = [flat(a), flat(b)]
  for (const [at, item] of x.entries()) {
    const other = y[at]
    if (item === other) continue
    if (typeof item === 'string' && typeof other === 'string') return compareCodePoints(item, other)
    return Number(item) - Number(other)
  }
  return 0
}

function flat(value: SortValue): (number | string)[] {
  const type = typeOf(value)
  if (typeof value === 'boolean') return [type, value ? 1 : 0]
  if (typeof value === 'number' || typeof value === 'string') return [type, value]
  if (value === undefined || value === null) return [type]
  const fields = Object.entries(value).flatMap(([name, field]) => [1, typeOf(field), name, ...flat(field)])
  return [type, ...fields, 0]
}

function typeOf(value: SortValue): number {
  const name = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return ['undefined', 'null', 'number', 'string', 'object', 'array', 'boolean'].indexOf(name)
}
