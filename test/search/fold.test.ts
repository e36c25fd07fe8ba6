import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { foldCase } from '../../src/search/fold.ts'
import { foldTable } from '../../src/search/fold-table.ts'
import { anyText, caseful } from './texts.ts'

const lastCodePoint = 0x10ffff

describe('foldCase', () => {
  const groups = [
    'Kk\u212A',
    'Ssſ',
    'Åå\u212B',
    '\u00B5\u039Cμ',
    'Σσς',
    'Ωω\u2126',
    'Ββϐ',
    'Εεϵ',
    'Θθϑϴ',
    'Ιι\u0345\u1FBE',
    'Κκϰ',
    'Ππϖ',
    'Ρρϱ',
    'Φφϕ',
    'Ṡṡẛ',
    'Ǆǅǆ',
    'Ǉǈǉ',
    'Ǌǋǌ',
    'Ǳǲǳ',
    'Вв\u1C80',
    'Дд\u1C81',
    'Оо\u1C82',
    'Сс\u1C83',
    'Тт\u1C84\u1C85',
    'Ъъ\u1C86',
    'Ѣѣ\u1C87',
    'Ꙋꙋ\u1C88',
    'ßẞ',
    'ᾳᾼ',
    'ῃῌ',
    'ῳῼ',
    '\u1F80\u1F88',
    '\u10D0\u1C90',
    '\u13A0\uAB70',
    '\u{10400}\u{10428}',
    'Աա',
    'Ａａ',
  ]
  for (const group of groups) {
    it(`makes ${[...group].join(' ')} one`, () => {
      const folds = new Set([...group].map(foldCase))
      assert.ok([...group].length >= 2)
      assert.equal(folds.size, 1)
    })
  }

  const everyFold = Map.groupBy(allCodePoints(), (codePoint) => foldCase(String.fromCodePoint(codePoint)))
  for (const loner of ['İ', 'ı', 'ŉ', 'ǰ', 'և', 'ﬀ', 'ﬁ', 'ﬂ', 'ﬃ', 'ﬄ']) {
    it(`leaves ${loner} to itself`, () => {
      assert.deepEqual(everyFold.get(loner), [loner.codePointAt(0)])
    })
  }

  it('does not equate a letter with several letters or with its accented form', () => {
    assert.notEqual(foldCase('ß'), foldCase('ss'))
    assert.notEqual(foldCase('ﬁ'), foldCase('fi'))
    assert.notEqual(foldCase('é'), foldCase('e'))
    assert.notEqual(foldCase('\u00E9'), foldCase('e\u0301'))
  })

  it('partitions all code points exactly as /iu does', () => {
    const { moved, resting } = codePointsByTable()
    assert.equal(moved.length + resting.length, lastCodePoint + 1 - unassignedInTable().length)
    assert.ok(moved.length > 2800)
    assertSamePartition(moved)
    assertAllAlone(resting)
  })

  it('folds a fold to itself', () => {
    for (const codePoint of allCodePoints()) {
      const fold = foldCase(String.fromCodePoint(codePoint))
      assert.equal(foldCase(fold), fold)
    }
  })

  it('keeps the length, so that offsets hold in both texts', () => {
    for (const codePoint of allCodePoints()) {
      const text = String.fromCodePoint(codePoint)
      assert.equal(foldCase(text).length, text.length)
    }
  })

  it('folds each code point of a text by itself, lone surrogates included', () => {
    const texts = fc.oneof(caseful(), anyText(), loneSurrogates())
    fc.assert(
      fc.property(texts, (text) => {
        assert.equal(foldCase(text), [...text].map(foldCase).join(''))
      }),
      { numRuns: 1000 },
    )
  })

  it('folds a text longer than one call can take arguments', () => {
    assert.equal(foldCase('É'.repeat(300_000)), 'é'.repeat(300_000))
  })
})

function allCodePoints(): number[] {
  return Array.from({ length: lastCodePoint + 1 }, (_, codePoint) => codePoint)
}

/** What the table folds or folds to, and everything else. */
function codePointsByTable(): { moved: number[]; resting: number[] } {
  const involved = tableCodePoints()
  const unknown = new Set(unassignedInTable())
  const moved = [...involved].filter((codePoint) => !unknown.has(codePoint)).sort((a, b) => a - b)
  return { moved, resting: allCodePoints().filter((codePoint) => !involved.has(codePoint)) }
}

function tableCodePoints(): Set<number> {
  const involved = new Set<number>()
  for (let at = 0; at < foldTable.length; at += 4) {
    const [first = 0, last = 0, delta = 0, step = 1] = foldTable.slice(at, at + 4)
    for (let from = first; from <= last; from += step) involved.add(from).add(from + delta)
  }
  return involved
}

/** Letters the table knows and an older Node does not: they are compared where Node knows them. */
function unassignedInTable(): number[] {
  return [...tableCodePoints()].filter((codePoint) => /\p{Unassigned}/u.test(String.fromCodePoint(codePoint)))
}

function assertSamePartition(codePoints: readonly number[]): void {
  const characters = codePoints.map((codePoint) => String.fromCodePoint(codePoint))
  const everything = characters.join('')
  const byFold = Map.groupBy(characters, foldCase)
  for (const character of characters) {
    const equals = everything.match(new RegExp(character, 'giu'))
    assert.deepEqual(byFold.get(foldCase(character)), equals)
  }
}

/**
 * Two different code points differ in one bit. So none equals another when, for each bit, no code point without it
 * equals one with it: asked in blocks for the low bits, where one question would be too long, and of all for the high.
 */
function assertAllAlone(codePoints: readonly number[]): void {
  const blockSize = 4096
  const blocks = Map.groupBy(codePoints, (codePoint) => Math.floor(codePoint / blockSize))
  for (let bit = 1; bit < blockSize; bit *= 2)
    for (const block of blocks.values()) assertNoneEqualAcross(block, bit)
  for (let bit = blockSize; bit <= lastCodePoint; bit *= 2) assertNoneEqualAcross(codePoints, bit)
  assertNoneEqual(codePoints, [...tableCodePoints()])
}

function assertNoneEqualAcross(codePoints: readonly number[], bit: number): void {
  const without = codePoints.filter((codePoint) => (codePoint & bit) === 0)
  const having = codePoints.filter((codePoint) => (codePoint & bit) !== 0)
  assertNoneEqual(without, having)
}

/** A line feed between the characters keeps surrogates from pairing up; it has no case. */
function assertNoneEqual(some: readonly number[], others: readonly number[]): void {
  if (some.length === 0 || others.length === 0) return
  const text = others
    .filter((codePoint) => codePoint !== 10)
    .map((codePoint) => String.fromCodePoint(codePoint))
  const pattern = new RegExp(`(?!\\n)[${ranges(some)}]`, 'iu')
  assert.equal(pattern.exec(text.join('\n'))?.[0], undefined)
}

function ranges(codePoints: readonly number[]): string {
  let source = ''
  for (let at = 0, first = 0; at < codePoints.length; at++) {
    const codePoint = codePoints[at] ?? 0
    if (at === 0 || codePoints[at - 1] !== codePoint - 1) first = codePoint
    if (codePoints[at + 1] !== codePoint + 1) source += `${escaped(first)}-${escaped(codePoint)}`
  }
  return source
}

function escaped(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`
}

function loneSurrogates(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom('\uD801', '\uDC00', '\uDC28', '\u{10400}', 'A'), maxLength: 6 })
}
