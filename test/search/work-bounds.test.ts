// What a search costs, counted, in a small directory and in one a hundred times as large.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { keystrokes } from '../../bench/searches.ts'
import { type Contact, searchableTexts } from '../../src/contact.ts'
import { generateContacts } from '../../src/demo/contacts.ts'
import { LONGEST_FRAGMENT } from '../../src/search/fragment-trie.ts'
import {
  FragmentIndex,
  PlainIndex,
  type SearchDocument,
  type SearchQuery,
  type SearchWork,
} from '../../src/search/search.ts'

const MOST_TO_VERIFY = 1_000
/** Segments that a settled population of 100,000 may have. */
const MOST_SEGMENTS = 5
/** As `src/upkeep/` seals. */
const TAIL = 256

for (const contacts of [1_000, 100_000]) {
  describe(`a search among ${contacts} contacts`, () => {
    const index = new FragmentIndex({ mostToVerify: MOST_TO_VERIFY })
    const plain = new PlainIndex()
    const texts = keystrokes(contacts, 500)

    before(() => {
      // Sealed now and then, so that there are several segments.
      for (const [at, contact] of [...generateContacts({ count: contacts })].entries()) {
        for (const one of [index, plain]) one.add(documentOf(contact))
        if (at % 20_000 === 0) index.seal()
      }
      index.settle()
    })

    it('is exact', () => {
      for (const [at, text] of texts.entries()) {
        if (at % 12 !== 0) continue
        const query = { ...page, text, unknown: at % 5 === 0, offset: at % 60 }
        const [{ total, ids }, expected] = [index.search(query), plain.search(query)]
        assert.deepEqual({ total, ids }, { total: expected.total, ids: expected.ids }, text)
      }
    })

    it('compares no more documents with the text than the bound, and steps once for each byte from 32 characters', () => {
      let [frequent, verified] = [0, 0]
      for (const text of texts) {
        for (const unknown of [false, true]) {
          const { total, work } = index.search({ ...page, text, unknown })
          assertBounded(work, text)
          if (total > 2 * MOST_TO_VERIFY && work.verified === 0) frequent++
          verified += work.verified
        }
      }
      assert.ok(verified > 0)
      assert.equal(frequent > 50, contacts > 10_000, `${frequent} totals were read from lists`)
    })

    it('compares none for the empty text, and none for a text with a character that nobody has', () => {
      for (const text of ['', '\u{10FFFF}', 'ann \u{10FFFF}']) {
        const { work } = index.search({ ...page, text })
        if (index.size > 10_000) assert.deepEqual({ ...work, segments: 0, steps: 0 }, { ...none })
      }
    })

    it('costs the same on any page, in any order that its rankings are ready for', () => {
      const orders: SearchQuery['order'][] = [
        [],
        [{ path: 'name', direction: -1 }],
        [
          { path: 'name', direction: -1 },
          { path: 'name', direction: 1 },
        ],
      ]
      for (const order of orders) {
        for (const text of ['', 'a', 'an', 'gmail.com', '@', 'zqx', texts[7] ?? '']) {
          const query = { ...page, text, order }
          index.isRanked(order)
          index.settle()
          const { total, work } = index.search(query)
          for (const offset of [0, 25, total >>> 1, total - 25, total, 10 * total]) {
            if (offset < 0) continue
            assert.deepEqual(index.search({ ...query, offset }).work, work, `${text} ${offset}`)
          }
        }
      }
    })

    it('looks at a tail below its bound, and at what was removed since the last merge', () => {
      const ids = index.search({ ...page, text: 'a', count: TAIL }).ids
      for (const id of ids.slice(0, 100)) index.remove(id)
      for (let more = 0; more < TAIL - 1; more++) index.put({ ...anybody, id: `more-${more}` })
      for (const text of texts.slice(0, 100)) {
        const { work } = index.search({ ...page, text })
        assert.equal(work.tail, TAIL - 1)
        assert.ok(work.gone <= 100, `${text}: ${work.gone} gone`)
        assertBounded({ ...work, verified: work.verified - work.tail }, text)
      }
      index.settle()
      assert.equal(index.search({ ...page, text: 'a' }).work.tail, 0)
    })

    it('is exact for values longer than any fragment that is kept, at one comparison for each document that shares it', () => {
      const long = 'https://example.org/'.repeat(12)
      for (let more = 0; more < 3_000; more++)
        index.put({ ...anybody, id: `long-${more}`, texts: [`${long}${more}`] })
      index.settle()
      const { total, work } = index.search({ ...page, text: long })
      assert.equal(total, 3_000)
      assert.ok(work.verified <= 3_000 + MOST_TO_VERIFY)
      assert.ok(work.steps <= work.segments * 32 * LONGEST_FRAGMENT, `${work.steps} steps`)
      assert.equal(index.search({ ...page, text: `${long}1234` }).total, 1)
      assert.equal(index.search({ ...page, text: long.slice(1, 100) }).total, 3_000)
    })
  })
}

function assertBounded({ verified, steps, segments }: SearchWork, text: string): void {
  const bytes = Math.min(LONGEST_FRAGMENT, Buffer.byteLength(text))
  assert.ok(segments <= MOST_SEGMENTS, `${segments} segments`)
  assert.ok(verified <= segments * MOST_TO_VERIFY, `${text}: ${verified} verified`)
  assert.ok(steps <= segments * Math.min(32, [...text].length) * bytes, `${text}: ${steps} steps`)
}

const page = { unknown: false, order: [], offset: 0, count: 25 }
const none: SearchWork = { verified: 0, steps: 0, segments: 0, tail: 0, gone: 0, sorted: 0 }
const anybody: SearchDocument = { id: '', unknown: false, texts: ['Anybody'], record: { name: 'Anybody' } }

function documentOf(contact: Contact): SearchDocument {
  return { id: contact.id, unknown: contact.unknown, texts: searchableTexts(contact), record: contact }
}
