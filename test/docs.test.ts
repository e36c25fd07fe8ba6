// What the documentation says of the code is true.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { PAGES, pageWithTable } from '../scripts/docs-tables.ts'
import { errors } from '../src/errors.ts'

describe('the documentation', () => {
  for (const [name, { page }] of Object.entries(PAGES)) {
    it(`lists all ${name} in ${page}, and nothing else (npm run docs)`, () => {
      assert.equal(readFileSync(page, 'utf8'), pageWithTable(name))
    })
  }

  it('gives every error a code of its own', () => {
    const codes = Object.values(errors).map(({ definition }) => definition.code)
    assert.equal(new Set(codes).size, codes.length)
  })

  it('points at files that exist', () => {
    const pages = [...globSync('*.md'), ...globSync('docs/*.md'), ...globSync('src/**/README.md')]
    assert.ok(pages.length > 8)
    const broken = pages.flatMap((page) =>
      linksOf(page).filter((link) => !existsSync(path.join(path.dirname(page), link))),
    )
    assert.deepEqual(broken, [])
  })

  it('names source files that exist', () => {
    const named = ['ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/*.md')].flatMap((page) =>
      [
        ...readFileSync(page, 'utf8').matchAll(/\b(?:src|test|bench|scripts)\/[\w./-]+\.(?:ts|sql|md)\b/g),
      ].map(([file]) => file),
    )
    assert.ok(named.length > 0)
    assert.deepEqual(
      named.filter((file) => !existsSync(file)),
      [],
    )
  })
})

/** Links of a page to files of the project, without their anchors. */
function linksOf(page: string): string[] {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
  return links.filter((link) => !/^[a-z]+:|^#/.test(link)).map((link) => link.split('#')[0] ?? '')
}
