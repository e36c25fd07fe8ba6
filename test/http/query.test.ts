// Query strings without a server: ours against those of qs, whose parsing is the contract.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parse } from 'qs'
import { parseQuery } from '../../src/http/query.ts'

const piece = fc.oneof(
  fc.constantFrom('count', 'searchText', 'sort', 'constructor', 'toString', '__proto__', '0', 'a.b', ''),
  fc.constantFrom(
    '+',
    '%',
    '%2',
    '%E4',
    '%20',
    '%2B',
    '%5B',
    '%5d',
    '[',
    ']',
    '[]',
    '[0]',
    ']=',
    '=',
    ';',
    '%00',
  ),
  fc.string({ maxLength: 5 }).map(encodeURIComponent),
  fc.string({ unit: 'binary-ascii', maxLength: 3 }).map((text) => text.replaceAll('?', '')),
)
const pieces = fc.array(piece, { maxLength: 3 }).map((texts) => texts.join(''))
const plainPart = fc.tuple(fc.constantFrom('count', 'sort', 'searchText', 'unknown', 'x'), pieces)
const part = fc.oneof(
  plainPart.map(([name, value]) => `${name}=${value}`),
  pieces,
)
const queryString = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('&'))

const asQs = (text: string) => parse(text, { parameterLimit: 1000, arrayLimit: 500 })

describe('a query string', () => {
  it('is parsed as qs parses it', () => {
    fc.assert(
      fc.property(queryString, (text) => assert.deepEqual(parseQuery(`/path?${text}`), asQs(text))),
      { numRuns: 5_000 },
    )
  })

  it('may have as many parameters with different names as qs allows', () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `a${at.toString(36).replace(/\d/g, 'Z')}x${at}`)
    const letters = Array.from({ length: 1_001 }, (_, at) => 'a'.repeat(at + 1))
    assert.deepEqual(Object.keys(parseQuery(`/?${names.map((name) => `${name}=1`).join('&')}`)), names)
    assert.throws(() => parseQuery(`/?${letters.map((name) => `${name}=1`).join('&')}`), /Invalid query/)
  })
})
