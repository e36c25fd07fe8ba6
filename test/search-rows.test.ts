// What the database is given to search: that LIKE on it finds what includes() finds in the folded text.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Contact, searchableTexts } from '../src/contact.ts'
import { foldCase } from '../src/search/search.ts'
import { patternOf, searchRowOf, textsOf } from '../src/store/search-rows.ts'
import { anyText, anyUnits, caseful } from './search/texts.ts'
import { aContact } from './store/stores.ts'

/** What stands for NUL and the like in the rows, and must itself be findable. */
const reserved = fc.string({
  unit: fc.constantFrom('\uFDD0', '\uFDD1', '\uFDE0', '\uFDEF', '\0', '\uD800', 'a'),
})
const anyTexts = fc.oneof(caseful(), anyText(), anyUnits(), reserved)

function contactOf(texts: readonly string[]): Contact {
  return aContact('a', {
    name: texts[0] ?? '',
    emails: texts.slice(1).map((address) => ({ address })),
    phones: [],
  })
}

describe('a search row', () => {
  it('holds only what a database can: no NUL, no half of a surrogate pair', () => {
    fc.assert(
      fc.property(fc.array(anyTexts, { minLength: 1 }), (texts) => {
        const row = searchRowOf(contactOf(texts))
        assert.ok(row)
        assert.ok(row.texts.isWellFormed())
        assert.equal(row.texts.includes('\0'), false)
      }),
    )
  })

  it('has all texts, folded, in their order', () => {
    fc.assert(
      fc.property(fc.array(anyTexts, { minLength: 1 }), (texts) => {
        const contact = contactOf(texts)
        const row = searchRowOf(contact)
        assert.deepEqual(row && textsOf(row), searchableTexts(contact).map(foldCase))
      }),
    )
  })

  it('has a text in it exactly when one of the contact has', () => {
    fc.assert(
      fc.property(fc.array(anyTexts, { minLength: 1, maxLength: 3 }), anyTexts, (texts, text) => {
        const row = searchRowOf(contactOf(texts))
        const needle = foldCase(text)
        const isHit = texts.some((value) => includesCodePoints(foldCase(value), needle))
        assert.equal(row?.texts.includes(literalOf(patternOf(text))), isHit)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is there for no deleted contact, and none without a text', () => {
    assert.equal(searchRowOf(aContact('a', { enabled: false })), undefined)
    const { name: _, ...nameless } = aContact('a')
    assert.equal(searchRowOf(nameless), undefined)
    assert.equal(searchRowOf({ ...nameless, phones: [{ phoneNumber: '1' }] })?.texts, '1\uFDEF')
  })
})

/** By code points, so that half of a pair is not found in a pair. */
function includesCodePoints(text: string, needle: string): boolean {
  const codePoints = (of: string) => `,${Array.from(of, (character) => character.codePointAt(0)).join()},`
  return needle === '' || codePoints(text).includes(codePoints(needle))
}

/** What a LIKE pattern with nothing but text between its wildcards looks for. */
function literalOf(pattern: string): string {
  assert.match(pattern, /^%(?:[^\\%_]|\\[\\%_])*%$/su)
  return pattern.slice(1, -1).replaceAll(/\\(.)/gsu, '$1')
}
