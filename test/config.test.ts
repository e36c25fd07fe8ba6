// Settings: from flags, else the environment, else their defaults; mistakes are told all at once, before anything opens.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { readFlags } from '../src/cli/flags.ts'
import { readConfig, SETTINGS } from '../src/config.ts'
import { OmnidexError } from '../src/errors.ts'
import { type Result, run, serve, temporaryFolder } from './support/program.ts'

const SECRET = 'hunter2-is-my-password'
const folder = temporaryFolder()

after(() => folder.remove())

/** The lines about mistakes, without what surrounds them. */
function problemsOf({ code, stdout, stderr }: Result): string[] {
  assert.deepEqual([code, stdout], [1, ''])
  const [first = '', ...rest] = stderr.trimEnd().split('\n')
  const hint = rest.pop() ?? ''
  assert.match(hint, /^hint: mend them and start again; docs\/config\.md explains every setting$/)
  assert.equal(first, `config-invalid: the configuration has ${rest.length} problem(s):`)
  return rest.map((line) => line.trim())
}

function refusedBy(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof OmnidexError)
    assert.equal(error.code, 'config-invalid')
    return error.message
  }
  return assert.fail('nothing was refused')
}

describe('a setting', () => {
  it('has its default when nothing is said', () => {
    const config = readConfig({}, {})
    assert.equal(config.port, 3000)
    assert.equal(config.host, '127.0.0.1')
    assert.deepEqual(config.db, { kind: 'sqlite', path: 'data/omnidex.db' })
    assert.equal(config.search, 'memory')
    assert.equal(config.adminUsername, 'admin')
    assert.equal(config.adminPassword, undefined)
    assert.deepEqual([config.defaultCount, config.maxCount, config.allowInfiniteCount], [50, 100, true])
    assert.equal(config.rateLimit, 1_200)
    assert.ok(Object.isFrozen(config))
  })

  it('is taken from the environment, and from its flag before that', () => {
    const env = { PORT: '4000', HOST: '0.0.0.0', OMNIDEX_DB: 'sqlite:env.db' }
    const config = readConfig({ port: '5000' }, env)
    assert.deepEqual([config.port, config.host, config.db.path], [5000, '0.0.0.0', 'env.db'])
  })

  it('is absent when its variable is empty', () => {
    assert.equal(readConfig({}, { PORT: '', ADMIN_PASS: '' }).port, 3000)
  })

  it('has a flag, a variable and a meaning of its own', () => {
    const all = Object.values(SETTINGS)
    const flags = all.flatMap(({ flag }) => flag ?? [])
    assert.equal(new Set(flags).size, flags.length)
    assert.equal(new Set(all.map(({ env }) => env)).size, all.length)
    for (const { meaning } of all) assert.ok(meaning.length > 10)
  })

  const REFUSED: readonly [flag: string, value: string, message: RegExp][] = [
    ['port', '65536', /--port must be a whole number from 0 to 65535, not "65536"/],
    ['port', '-1', /--port must be a whole number/],
    ['port', '3e3', /--port must be a whole number/],
    ['port', '', /--port must be a whole number/],
    ['host', ' ', /--host must not be empty/],
    ['db', 'data.db', /--db must be sqlite:FILE or postgres:\/\/\.\.\., not "data.db"/],
    ['db', 'sqlite:', /--db must be sqlite:FILE/],
    ['search', 'disk', /--search must be memory or database, not "disk"/],
    ['log-level', 'loud', /--log-level must be fatal or error or warn or info/],
    ['demo', 'many', /--demo must be a whole number from 0 to 10000000/],
    ['allow-infinite-count', 'maybe', /--allow-infinite-count must be true or false/],
    ['max-body-bytes', '1', /--max-body-bytes must be a whole number from 1024/],
    ['trust-proxy', 'yes', /--trust-proxy must be a whole number from 0 to 16/],
  ]
  for (const [flag, value, message] of REFUSED) {
    it(`refuses --${flag}=${value}`, () => {
      assert.match(
        refusedBy(() => readConfig({ [flag]: value }, {})),
        message,
      )
    })
  }

  it('counts the proxies that are trusted; true is one', () => {
    const values = ['true', 'TRUE', 'false', '0', '2']
    const proxies = values.map((value) => readConfig({ 'trust-proxy': value }, {}).proxies)
    assert.deepEqual(proxies, [1, 1, 0, 0, 2])
  })

  it('takes no intake secret that is short, or that a header cannot carry, and does not repeat it', () => {
    for (const secret of ['short', 'x'.repeat(15), `geh\u00e9im${'x'.repeat(16)}`, ` ${'x'.repeat(16)}`]) {
      const message = refusedBy(() => readConfig({}, { OMNIDEX_INTAKE_SECRET: secret }))
      assert.match(message, /OMNIDEX_INTAKE_SECRET must be 16 or more letters, digits and signs of ASCII/)
      assert.equal(message.includes(secret), false)
    }
    const secret = 'sixteen letters!'
    assert.equal(readConfig({}, { OMNIDEX_INTAKE_SECRET: secret }).intakeSecret, secret)
  })

  it('names a PostgreSQL database, and never repeats its password', () => {
    const url = `postgres://me:${SECRET}@db.example:5433/omnidex?sslmode=require`
    const { db } = readConfig({ db: url }, {})
    assert.deepEqual(db, { kind: 'postgres', url, path: 'postgres://db.example:5433/omnidex' })
    for (const scheme of ['POSTGRES', 'pg', ' postgres', 'jdbc:postgresql']) {
      const message = refusedBy(() => readConfig({ db: `${scheme}://me:${SECRET}@db/name` }, {}))
      assert.doesNotMatch(message, new RegExp(SECRET))
    }
    for (const wrong of [`postgres://me:${SECRET}@db`, `postgres://me:${SECRET}@1@/#?@db:port/name`]) {
      const message = refusedBy(() => readConfig({ db: wrong }, {}))
      assert.match(message, /--db must be postgres:\/\/USER:PASSWORD@HOST:PORT\/NAME/)
      assert.doesNotMatch(message, new RegExp(SECRET))
    }
  })
})

describe('a command line', () => {
  it('with many mistakes hears of all of them at once, and nothing was opened', async () => {
    const path = folder.path('never.db')
    const result = await run(
      ['serve', '--port', '99999', '--prot=1', '-v', '--host', '--demo', 'lots', '--db', `sqlite:${path}`],
      { env: { LOG_LEVEL: 'loud', OMNIDEX_MAX_COUNT: '0', ROOT_URL: 'ftp://example.com' } },
    )
    assert.deepEqual(problemsOf(result), [
      '--prot is no flag of this command; --help lists those it has',
      '-v is no flag of this command; --help lists those it has',
      '--host needs a value; write --host=VALUE when it begins with a dash',
      'serve takes no arguments, not 1 argument',
      '--port must be a whole number from 0 to 65535, not "99999"',
      'ROOT_URL must be an http or https address, not "ftp://example.com"',
      'LOG_LEVEL must be fatal or error or warn or info or debug or trace or silent, not "loud"',
      'OMNIDEX_MAX_COUNT must be a whole number from 1 to 1000000, not "0"',
    ])
    assert.equal(existsSync(path), false)
  })

  it('without what a command needs hears of that in the same breath', async () => {
    const args = ['token', 'create', '--port', '1', '--db', 'nowhere']
    assert.deepEqual(problemsOf(await run(args)), [
      '--port is no flag of this command; --help lists those it has',
      'token create takes no arguments, not 1 argument',
      '--user is missing',
      '--name is missing',
      '--db must be sqlite:FILE or postgres://..., not "nowhere"',
    ])
  })

  it('never sees a secret repeated, in whatever place it was given', async () => {
    const mistakes: readonly (readonly string[])[] = [
      ['serve', '--admin-pass', SECRET],
      ['serve', `--admin-pass=${SECRET}`],
      ['serve', SECRET],
      ['user', 'add', 'ann', '--role', 'user', '--password', SECRET],
      ['user', 'add', 'ann', '--role', 'user', `--password-stdin=${SECRET}`],
    ]
    for (const args of mistakes) {
      const { code, stdout, stderr } = await run([...args, '--db', `sqlite:${folder.path('no.db')}`], {
        env: { ADMIN_PASS: SECRET, PORT: 'x' },
      })
      assert.equal(code, 1)
      assert.doesNotMatch(stdout + stderr, new RegExp(SECRET))
    }
    assert.equal(existsSync(folder.path('no.db')), false)
  })

  it('wins over the environment, and ADMIN_PASS is not printed by a server', async () => {
    const server = await serve(['--host', '127.0.0.1', '--db', `sqlite:${folder.path('flag.db')}`], {
      PORT: '1',
      HOST: '256.256.256.256',
      OMNIDEX_DB: `sqlite:${folder.path('environment.db')}`,
      ADMIN_PASS: SECRET,
      LOG_LEVEL: 'trace',
    })
    const { code, stdout, stderr } = await server.stop()
    assert.equal(code, 0)
    assert.match(stdout, /^omnidex listening on http:\/\/127\.0\.0\.1:\d+\n$/)
    assert.match(stderr, /administrator: admin, password as given in ADMIN_PASS/)
    assert.doesNotMatch(stderr, new RegExp(SECRET))
    assert.deepEqual(
      [existsSync(folder.path('flag.db')), existsSync(folder.path('environment.db'))],
      [true, false],
    )
  })
})

describe('readFlags', () => {
  const KINDS = new Map([
    ['db', {}],
    ['demo', { bare: '10000' }],
    ['json', { isSwitch: true }],
    ['role', { repeatable: true }],
  ])

  function read(...words: string[]) {
    return readFlags(KINDS, words)
  }

  it('takes a value after a space or an equals sign', () => {
    assert.deepEqual(read('--db', 'a', '--demo=5').values, { db: 'a', demo: '5' })
    assert.deepEqual(read('--db=a=b').values, { db: 'a=b' })
    assert.deepEqual(read('--db=--a').values, { db: '--a' })
  })

  it('takes a number after a flag that may stand alone, and nothing else', () => {
    assert.deepEqual(read('--demo', '5').values, { demo: '5' })
    assert.deepEqual(read('--demo', '--json').values, { demo: '10000', json: 'true' })
    assert.deepEqual(read('--demo', 'five').positionals, ['five'])
  })

  it('joins the values of a flag that may be repeated', () => {
    assert.deepEqual(read('--role', 'a', '--role=b,c').values, { role: 'a,b,c' })
  })

  it('leaves arguments alone: a dash, and all that follows two', () => {
    assert.deepEqual(read('a', '-', '--json', '--', '--db', '-x').positionals, ['a', '-', '--db', '-x'])
  })

  it('refuses a flag given twice, without its value, with one it does not take, and one it does not know', () => {
    assert.deepEqual(read('--db=a', '--db=b', '--json=x', '--toString', '--db').problems, [
      '--db is given more than once',
      '--json takes no value',
      '--toString is no flag of this command; --help lists those it has',
      '--db needs a value; write --db=VALUE when it begins with a dash',
    ])
  })
})
