// The house: who may import whom. The table is ARCHITECTURE.md's; change both, or neither.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

/** Files or folders below src/ to what they may import: paths below src/, `node:` or packages. */
const HOUSE: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'contact.ts': ['errors.ts'],
  'config.ts': ['errors.ts', 'node:'],
  'search/': ['search/'],
  'meteor-id.ts': ['node:'],
  'settings.ts': ['store/store.ts', 'errors.ts'],
  'visitor.ts': ['contact.ts'],
  'room.ts': [],
  'store/': ['store/', 'search/search.ts', 'contact.ts', 'visitor.ts', 'room.ts', 'errors.ts', 'node:', 'pg'],
  'access/': [
    'access/',
    'meteor-id.ts',
    'store/store.ts',
    'contact.ts',
    'errors.ts',
    'node:',
    '@node-rs/bcrypt',
    'lru-cache',
  ],
  'feed.ts': ['search/search.ts', 'store/store.ts', 'contact.ts', 'errors.ts', 'node:'],
  'custom-fields.ts': ['store/store.ts', 'errors.ts', 'node:'],
  'contact-search.ts': ['search/search.ts', 'contact.ts'],
  'memory-search.ts': [
    'contact-search.ts',
    'feed.ts',
    'turns.ts',
    'upkeep/',
    'search/search.ts',
    'store/store.ts',
    'contact.ts',
    'errors.ts',
    'lru-cache',
  ],
  'database-search.ts': [
    'contact-search.ts',
    'turns.ts',
    'search/search.ts',
    'store/store.ts',
    'contact.ts',
    'errors.ts',
    'node:',
  ],
  'turns.ts': ['errors.ts'],
  'one-at-a-time.ts': [],
  'intake/': [
    'intake/',
    'search/search.ts',
    'contact-search.ts',
    'custom-fields.ts',
    'settings.ts',
    'store/store.ts',
    'contact.ts',
    'visitor.ts',
    'room.ts',
    'one-at-a-time.ts',
    'errors.ts',
    'node:',
  ],
  'directory.ts': [
    'contact-search.ts',
    'custom-fields.ts',
    'settings.ts',
    'store/store.ts',
    'contact.ts',
    'visitor.ts',
    'room.ts',
    'one-at-a-time.ts',
    'errors.ts',
  ],
  'transfer/': [
    'transfer/',
    'feed.ts',
    'custom-fields.ts',
    'search/search.ts',
    'store/store.ts',
    'contact.ts',
    'errors.ts',
    'node:',
    'ajv',
    'bson',
    'csv-parse',
    'csv-parse/sync',
    'ical.js',
    'visitor.ts',
    'room.ts',
  ],
  'upstream/': [
    'upstream/',
    'transfer/rocket-chat.ts',
    'transfer/rocket-chat-records.ts',
    'access/access.ts',
    'store/store.ts',
    'contact.ts',
    'errors.ts',
    'node:',
    'lru-cache',
  ],
  'upkeep/': ['upkeep/', 'search/search.ts', 'node:'],
  'doctor/': ['doctor/', 'search/search.ts', 'store/store.ts', 'contact.ts', 'node:'],
  'demo/': ['demo/', 'custom-fields.ts', 'access/access.ts', 'store/store.ts', 'contact.ts', 'errors.ts'],
  'http/': [
    'http/',
    'directory.ts',
    'intake/',
    'settings.ts',
    'visitor.ts',
    'room.ts',
    'doctor/',
    'custom-fields.ts',
    'transfer/',
    'access/access.ts',
    'contact.ts',
    'errors.ts',
    'node:',
    'fastify',
    'ajv',
    'qs',
    'prom-client',
    'lru-cache',
  ],
  'app.ts': ['', 'node:', 'pino'],
  'cli/': ['cli/', 'app.ts', 'config.ts', 'doctor/', 'transfer/', 'errors.ts', 'node:'],
}

const files = globSync('src/**/*.ts').map((file) => path.relative('src', file))

/** What a file imports, as the table names it. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join('src', file), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\b(?:[^'"=(]*?\sfrom)?\s+['"]([^'"]+)['"]/gm)
  const specifiers = [...statements].map((statement) => statement[1] ?? '')
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier,
  )
}

function rowOf(file: string): string | undefined {
  return Object.keys(HOUSE).find((row) => (row.endsWith('/') ? file.startsWith(row) : file === row))
}

function allows(rule: string, imported: string): boolean {
  if (rule === '') return imported.endsWith('.ts')
  return rule.endsWith('/') || rule.endsWith(':') ? imported.startsWith(rule) : imported === rule
}

describe('the house', () => {
  it('has a room for every source file', () => {
    assert.ok(files.length > 20)
    assert.deepEqual(
      files.filter((file) => rowOf(file) === undefined),
      [],
    )
  })

  for (const file of files) {
    it(`${file} imports only what its room may`, () => {
      const rules = HOUSE[rowOf(file) ?? ''] ?? []
      const strangers = importsOf(file).filter((imported) => !rules.some((rule) => allows(rule, imported)))
      assert.deepEqual(strangers, [])
    })
  }

  it('reads the environment in config.ts alone', () => {
    const readers = files.filter((file) =>
      /\bprocess\.env\b/.test(readFileSync(path.join('src', file), 'utf8')),
    )
    assert.deepEqual(readers, ['config.ts'])
  })

  it('is the table of ARCHITECTURE.md', () => {
    const page = readFileSync('ARCHITECTURE.md', 'utf8')
    for (const row of Object.keys(HOUSE))
      assert.ok(page.includes(`\`${row}\``), `${row} is not in ARCHITECTURE.md`)
  })
})
