import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

interface Locked {
  optionalDependencies?: Record<string, string>
}

const packages: Record<string, Locked> = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
).packages

// npm drops the entries of other platforms when it rewrites a lock file beside an installed tree, and
// `npm ci` then refuses the file wherever the registry has not all of them.
test('the lock file names the binaries of every platform, not only of the one it was written on', () => {
  const missing: string[] = []
  let named = 0
  for (const [at, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      named++
      if (!(`node_modules/${name}` in packages || `${at}/node_modules/${name}` in packages)) {
        missing.push(name)
      }
    }
  }
  assert.ok(named > 20, `the lock file names ${named} optional packages`)
  assert.deepEqual(missing, [])
})
