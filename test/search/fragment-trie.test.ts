import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { buildTrie, SEPARATOR } from '../../src/search/build-trie.ts'
import type { ByteTable } from '../../src/search/byte-table.ts'
import { type FragmentTrie, LONGEST_FRAGMENT, walkTrie } from '../../src/search/fragment-trie.ts'
import { sliceOfList } from '../../src/search/posting-list.ts'
import { encodeText } from '../../src/search/wtf8.ts'
import { drawFrom, drawText } from './bulk-documents.ts'
import { tableOf } from './tables.ts'
import { anyText, caseful } from './texts.ts'

/** Each document's values. */
type Documents = readonly (readonly string[])[]

function textsOf(documents: Documents): ByteTable {
  return tableOf(
    documents.map((values) => Uint8Array.from(values.flatMap((value) => [...encodeText(value), SEPARATOR]))),
  )
}

function containing(documents: Documents, needle: string): number[] {
  return [...documents.keys()].filter((at) => documents[at]?.some((value) => value.includes(needle)))
}

/** What the trie says of a text must be true, and as exact and as cheap as it promises. */
function assertWalk(trie: FragmentTrie, documents: Documents, threshold: number, needle: string): void {
  const bytes = encodeText(needle)
  const { candidates, steps } = walkTrie(trie, bytes)
  const expected = containing(documents, needle)
  const said = JSON.stringify([needle, candidates.kind])
  assert.ok(steps <= Math.min(32, bytes.length) * Math.min(LONGEST_FRAGMENT, bytes.length), said)
  if (candidates.kind === 'none') assert.deepEqual(expected, [], said)
  if (candidates.kind === 'list')
    assert.deepEqual([...sliceOfList(candidates.list, 0, candidates.list.length)], expected, said)
  if (candidates.kind !== 'some') return
  const some = [...candidates.documents]
  assert.deepEqual(
    some,
    [...new Set(some)].toSorted((a, b) => a - b),
    said,
  )
  assert.deepEqual(
    expected.filter((document) => !some.includes(document)),
    [],
    said,
  )
  if (bytes.length < LONGEST_FRAGMENT) assert.ok(some.length <= threshold, `${said} ${some.length}`)
}

describe('the fragment trie', () => {
  it('says which documents contain a text, or a few that may, for texts of any script', () => {
    const value = fc.oneof(caseful(8), anyWellFormed())
    const documents = fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(
        documents,
        fc.integer({ min: 1, max: 5 }),
        value,
        fc.nat(),
        (documents, threshold, needle, seed) => {
          const trie = buildTrie(textsOf(documents), threshold)
          const draw = drawFrom(seed)
          const needles = documents.flat().flatMap((value) => partOf(value, draw))
          for (const text of [needle, ...needles])
            if (text !== '') assertWalk(trie, documents, threshold, text)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('does so for thousands of documents of few characters', () => {
    const draw = drawFrom(11)
    const documents = Array.from({ length: 3000 }, () => [drawText(draw, 10), drawText(draw, 20)])
    for (const threshold of [1, 20, 300]) {
      const trie = buildTrie(textsOf(documents), threshold)
      for (let walk = 0; walk < 400; walk++) {
        const [value = ''] = documents[draw(3000)] ?? []
        for (const text of [partOf(value, draw), drawText(draw, 4)])
          if (text !== '') assertWalk(trie, documents, threshold, text)
      }
    }
  })

  it('takes texts that repeat themselves, and values that many documents share, of any length', () => {
    const long = 'ab ba漢😀'.repeat(50)
    const documents = Array.from({ length: 300 }, (_, at) => [
      'a'.repeat(at % 200),
      at % 3 === 0 ? long : long.slice(0, at),
      'é'.repeat(70),
    ])
    documents.push(['a'.repeat(20_000)])
    const lengths = [1, 2, 42, 63, 64, 65, 120, 127, 128, 129, 130, 190, 199, 200, 300, 20_000]
    for (const threshold of [1, 32, 250]) {
      const trie = buildTrie(textsOf(documents), threshold)
      for (const length of lengths) {
        for (const text of ['a', 'é', long, `x${long}`, `${long}x`]) {
          const repeated = text.repeat(Math.ceil(length / text.length))
          assertWalk(trie, documents, threshold, repeated.slice(0, length).toWellFormed())
        }
        assertWalk(trie, documents, threshold, long.slice(3, 3 + length).toWellFormed())
        assertWalk(trie, documents, threshold, long.slice(-length).toWellFormed())
      }
    }
  })

  it('keeps one list for a fragment and those that only go on with it', () => {
    const shared = Array.from({ length: 1000 }, (_, at) =>
      at % 2 === 0 ? [`${at} somebody@mail.example`] : [`${at}`],
    )
    const words = (needle: string) => {
      const { candidates } = walkTrie(buildTrie(textsOf(shared), 100), encodeText(needle))
      return candidates.kind === 'list' ? candidates.list.start : -1
    }
    assert.ok(words('mail') > 0)
    assert.equal(words('mail.'), words('mail'))
    assert.equal(words('mail.example'), words('mail'))
  })

  it('has none for documents without a character', () => {
    for (const documents of [[], [['']], [['', ''], []]]) {
      const trie = buildTrie(textsOf(documents), 1)
      assert.deepEqual(walkTrie(trie, encodeText('a')).candidates, { kind: 'none' })
    }
  })

  it('finds nothing across two values', () => {
    const documents = Array.from({ length: 50 }, () => ['ab', 'ba', 'ÿ'])
    const trie = buildTrie(textsOf(documents), 2)
    for (const text of ['abb', 'bb', 'aÿ', 'abba']) assertWalk(trie, documents, 2, text)
  })
})

function anyWellFormed(): fc.Arbitrary<string> {
  return anyText().map((text) => text.toWellFormed())
}

/** Some of its characters that follow each other. */
function partOf(value: string, draw: (below: number) => number): string {
  const characters = Array.from(value)
  const start = draw(Math.max(1, characters.length))
  return characters.slice(start, start + 1 + draw(6)).join('')
}
