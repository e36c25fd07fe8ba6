// The other commands, through the real program: tokens, users, search, help, and what it says when something is wrong.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import {
  type ApiToken,
  noScript,
  onTerminal,
  type Result,
  run,
  type ServerProgram,
  serve,
  start,
  temporaryFolder,
  until,
} from './support/program.ts'

const folder = temporaryFolder()
let databases = 0

after(() => folder.remove())

/** The address of a database that nobody uses yet. */
function newAddress(): string {
  databases += 1
  return `sqlite:${folder.path(`${databases}.db`)}`
}

function pathOf(address: string): string {
  return address.slice('sqlite:'.length)
}

function refuses(result: Result, message: RegExp): void {
  assert.equal(result.code, 1, result.stdout)
  assert.equal(result.stdout, '')
  assert.match(result.stderr, message)
  assert.match(result.stderr, /\nhint: \S/)
  assert.doesNotMatch(result.stderr, /\n {4}at /, 'no stack trace')
}

/** A database with contacts of these members. */
async function withContacts(members: readonly object[]): Promise<string> {
  const address = newAddress()
  const at = '2025-01-02T03:04:05.678Z'
  const lines = members.map((member, index) =>
    JSON.stringify({ _id: `c${index}`, createdAt: at, _updatedAt: at, unknown: false, ...member }),
  )
  const { code } = await run(['import', '--db', address], { input: lines.join('\n') })
  assert.equal(code, 0)
  return address
}

describe('token create and user add, beside a running server', () => {
  let address: string
  let server: ServerProgram

  before(async () => {
    address = newAddress()
    server = await serve(['--db', address], { ADMIN_PASS: 'a password' })
  })

  after(() => server.stop())

  function createToken(user: string, name: string): Promise<Result> {
    return run(['token', 'create', '--user', user, '--name', name, '--db', address])
  }

  async function login(user: string, password: string): Promise<number> {
    const reply = await fetch(`${server.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user, password }),
    })
    return reply.status
  }

  it('prints the token as JSON and nothing else, and the server takes it within a second', async () => {
    const { code, stdout, stderr } = await createToken('admin', 'ci')
    assert.match(stdout, /^\{"userId":"[^"]+","authToken":"[A-Za-z0-9_-]{43}"\}\n$/)
    assert.deepEqual([code, stderr], [0, ''])
    const token = JSON.parse(stdout) as ApiToken
    await until(
      async () => (await server.get('omnichannel/contacts.search', token)).status === 200,
      'it',
      1_000,
    )
  })

  it('refuses a second token of the same name, and the first goes on working', async () => {
    const first = JSON.parse((await createToken('admin', 'twice')).stdout) as ApiToken
    refuses(
      await createToken('admin', 'twice'),
      /^error-token-already-exists: A token with this name already/,
    )
    assert.equal((await server.get('me', first)).status, 200)
  })

  it('refuses a token for somebody who does not exist', async () => {
    refuses(
      await createToken('nobody', 'ci'),
      /^user-unknown: there is no user nobody in .*\nhint: omnidex user add/,
    )
  })

  it('refuses a token without a name', async () => {
    const { code, stderr } = await createToken('admin', ' ')
    assert.deepEqual([code, stderr], [1, 'invalid-params: The name of the token must not be empty\n'])
  })

  it('adds a user with a random password, shown once, who can log in', async () => {
    const { code, stdout } = await run(['user', 'add', 'ann', '--role', 'livechat-agent', '--db', address])
    assert.equal(code, 0)
    const [, password = ''] =
      /^added user ann, id \S+, with livechat-agent\npassword: (\S+) \(/.exec(stdout) ?? []
    assert.equal(await login('ann', password), 200)
    assert.equal(await login('ann', `${password}x`), 401)
  })

  it('takes the password from the first line of standard input, and does not repeat it', async () => {
    const args = ['user', 'add', 'ben', '--role', 'user', '--password-stdin', '--db', address]
    const { code, stdout, stderr } = await run(args, { input: 'a very secret one\r\nand more' })
    assert.equal(code, 0)
    assert.doesNotMatch(stdout + stderr, /secret/)
    assert.equal(await login('ben', 'a very secret one'), 200)
  })

  it('gives roles that are repeated or separated by commas, a name and an address', async () => {
    const roles = ['--role', 'user,livechat-agent', '--role', 'livechat-manager', '--role=user']
    const { stdout } = await run([
      'user',
      'add',
      'eve',
      ...roles,
      '--name',
      'Eve E.',
      '--email=e@example.com',
      '--db',
      address,
    ])
    assert.match(stdout, /with user, livechat-agent, livechat-manager\n/)
    const token = JSON.parse((await createToken('eve', 'me')).stdout) as ApiToken
    const { body } = await server.get('me', token)
    assert.equal(body.name, 'Eve E.')
    assert.deepEqual(body.roles, ['user', 'livechat-agent', 'livechat-manager'])
  })

  const REFUSED: readonly [what: string, args: readonly string[], message: RegExp][] = [
    ['an unknown role', ['x', '--role', 'boss'], /^role-missing: there is no role boss; there are admin, /],
    ['no role', ['x'], /--role is missing/],
    ['an empty role', ['x', '--role', ','], /--role must name a role/],
    ['a taken user name', ['ADMIN', '--role', 'user'], /^error-field-unavailable: ADMIN is already in use/],
    ['a user name with a space', ['a b', '--role', 'user'], /^invalid-params: .*user ?name/i],
    ['an address that is none', ['x', '--role', 'user', '--email', 'x'], /^invalid-params: .*e-?mail/i],
    ['two user names', ['x', 'y', '--role', 'user'], /user add takes USERNAME --role ROLE, not 2 arguments/],
    ['no password', ['x', '--role', 'user', '--password-stdin'], /^password-missing: /],
  ]
  for (const [what, args, message] of REFUSED) {
    it(`refuses a user with ${what}`, async () => {
      const result = await run(['user', 'add', ...args, '--db', address])
      assert.equal(result.code, 1)
      assert.equal(result.stdout, '')
      assert.match(result.stderr, message)
    })
  }
})

describe('a database that was never served', () => {
  it('is not made by token create', async () => {
    const address = newAddress()
    const result = await run(['token', 'create', '--user', 'admin', '--name', 'ci', '--db', address])
    refuses(result, /^store-missing: there is no database .*\nhint: .*omnidex serve/)
    assert.equal(existsSync(pathOf(address)), false)
  })

  it('has no administrator: token create says how to get one', async () => {
    const address = await withContacts([{ name: 'Ann' }])
    const result = await run(['token', 'create', '--user', 'admin', '--name', 'ci', '--db', address])
    refuses(result, /^users-missing: there is no user admin: .* has no users yet\nhint: start omnidex serve/)
  })

  it('takes users and their tokens', async () => {
    const address = newAddress()
    const added = await run(['user', 'add', 'root', '--role', 'admin', '--db', address])
    assert.equal(added.code, 0)
    const token = await run(['token', 'create', '--user', 'root', '--name', 'ci', '--db', address])
    assert.equal(token.code, 0)
    const server = await serve(['--db', address])
    assert.equal((await server.get('me', JSON.parse(token.stdout) as ApiToken)).status, 200)
    const { stderr } = await server.stop()
    assert.doesNotMatch(stderr, /administrator:/, 'root is the administrator; no other is made')
  })
})

describe('omnidex search', () => {
  let address: string

  before(async () => {
    address = await withContacts([
      { name: 'Zoë Zimmer', emails: [{ address: 'zoe@example.com' }] },
      { name: 'Ann Archer', phones: [{ phoneNumber: '+1 555 0100' }, { phoneNumber: '0199' }] },
      { name: '山田太郎', emails: [{ address: 'taro@example.com' }], phones: [{ phoneNumber: '03' }] },
      { name: 'Ann Unknown', unknown: true },
      { name: 'Evil \u001b[31m\u202egro.elpmaxe \u009b2J\u2028x' },
      { name: 'x'.repeat(200) },
    ])
  })

  function search(...args: string[]): Promise<Result> {
    return run(['search', ...args, '--db', address])
  }

  it('prints the total and the contacts in columns, ordered by name', async () => {
    const { code, stdout, stderr } = await search('zi')
    assert.equal(stdout, '1 contact\nZoë Zimmer  zoe@example.com  c0\n')
    assert.deepEqual([code, stderr], [0, ''])
  })

  it('prints all of a contact, aligned in spite of wide characters', async () => {
    const { stdout } = await search('@')
    assert.equal(
      stdout,
      ['2 contacts', 'Zoë Zimmer  zoe@example.com       c0', '山田太郎    taro@example.com  03  c2', ''].join(
        '\n',
      ),
    )
    assert.equal((await search('0199')).stdout, '1 contact\nAnn Archer  +1 555 0100, 0199  c1\n')
  })

  it('prints as many as --limit says, and says how many there are', async () => {
    const { stdout } = await search('', '--limit', '2')
    assert.match(stdout, /^5 contacts, the first 2:\n.*\n.*\n$/)
    assert.equal((await search('', '--limit=0')).stdout, '5 contacts, the first 0:\n')
  })

  it('looks among the unknown contacts when told to', async () => {
    assert.match((await search('ann', '--unknown')).stdout, /^1 contact\nAnn Unknown {2}c3\n$/)
  })

  it('finds nothing with exit code 0', async () => {
    const { code, stdout } = await search('nobody is called this')
    assert.deepEqual([code, stdout], [0, '0 contacts\n'])
  })

  it('takes text that begins with a dash after --', async () => {
    const { code, stdout } = await run(['search', '--db', address, '--', '--help'])
    assert.deepEqual([code, stdout], [0, '0 contacts\n'])
  })

  it('sends no control character or change of direction to the terminal', async () => {
    const [plain, json] = [await search('evil'), await search('evil', '--json')]
    for (const { stdout } of [plain, json]) {
      assert.equal(stdout.replaceAll('\n', '').search(/[\p{Cc}\p{Bidi_Control}\u2028]/u), -1)
    }
    assert.match(plain.stdout, /Evil \\u\{1b\}\[31m/)
    const { name } = JSON.parse(json.stdout) as { name: string }
    assert.equal(name, 'Evil \u001b[31m\u202egro.elpmaxe \u009b2J\u2028x')
  })

  it('cuts what is too long for a column', async () => {
    assert.match((await search('xxx')).stdout, /^1 contact\nx{39}…/)
  })

  it('prints contacts as JSON lines, and the total beside them', async () => {
    const { stdout, stderr } = await search('ann', '--json')
    assert.equal(stderr, '1 contact\n')
    assert.deepEqual(JSON.parse(stdout), {
      _id: 'c1',
      createdAt: '2025-01-02T03:04:05.678Z',
      name: 'Ann Archer',
      phones: [{ phoneNumber: '+1 555 0100' }, { phoneNumber: '0199' }],
      unknown: false,
      _updatedAt: '2025-01-02T03:04:05.678Z',
    })
  })

  it('works beside a running server', async () => {
    const server = await serve(['--db', address], { ADMIN_PASS: 'a password' })
    assert.match((await search('zimmer')).stdout, /^1 contact\n/)
    assert.equal((await server.stop()).code, 0)
  })

  it('ends quietly when its reader does', async () => {
    const { child, result } = start(['search', '', '--json', '--db', address])
    child.stdout?.destroy()
    const { code, stderr } = await result
    assert.equal(code, 0)
    assert.doesNotMatch(stderr, /EPIPE/)
  })

  it('makes no database', async () => {
    const missing = newAddress()
    refuses(await run(['search', 'x', '--db', missing]), /^store-missing: /)
    assert.equal(existsSync(pathOf(missing)), false)
  })

  for (const limit of ['-1', '1.5', 'all', '1000000']) {
    it(`refuses --limit=${limit}`, async () => {
      refuses(await search('x', `--limit=${limit}`), /--limit must be a whole number from 0 to 100000/)
    })
  }

  it('refuses more than one text', async () => {
    refuses(await search('two', 'words'), /search takes TEXT, not 2 arguments/)
  })
})

describe('a database that cannot be used', () => {
  const COMMANDS = [
    ['import'],
    ['search', 'x'],
    ['token', 'create', '--user', 'admin', '--name', 'ci'],
    ['user', 'add', 'ann', '--role', 'user'],
    ['serve', '--port', '0'],
  ]
  for (const command of COMMANDS) {
    it(`is refused, untouched, by ${command.join(' ')}`, async () => {
      const path = folder.path('foreign.txt')
      writeFileSync(path, 'Dear diary, today I met a database. '.repeat(100))
      const { mtimeMs } = statSync(path)
      refuses(await run([...command, '--db', `sqlite:${path}`]), /^store-foreign: .*another program/)
      assert.equal(statSync(path).mtimeMs, mtimeMs)
    })
  }
})

describe('omnidex --help', () => {
  const NAMES = ['serve', 'import', 'export', 'migrate', 'search', 'token create', 'user add']

  it('lists every command', async () => {
    for (const args of [['--help'], ['-h'], []]) {
      const { code, stdout } = await run(args)
      assert.equal(code, 0)
      for (const name of NAMES) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'))
    }
  })

  for (const name of NAMES) {
    it(`explains ${name} and its flags, without opening anything`, async () => {
      const { code, stdout } = await run([...name.split(' '), '--bogus', '--help'], {
        env: { OMNIDEX_DB: 'sqlite:/dev/null/nowhere' },
      })
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^usage: omnidex ${name} `))
      assert.match(stdout, /^ {2}--db ADDRESS /m)
    })
  }

  it('says what import does not look at', async () => {
    const { stdout } = await run(['import', '--help'])
    assert.match(stdout, /the later wins/)
    assert.match(stdout, /managers exist and custom fields are defined is not checked/)
  })
})

describe('omnidex', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    assert.deepEqual(await run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('refuses a command it does not have', async () => {
    refuses(await run(['sreve']), /^command-unknown: there is no command sreve\nhint: omnidex --help/)
    refuses(await run(['token']), /^command-unknown: there is no command token\n/)
  })

  it('tells somebody at a terminal that import waits for a file', { skip: noScript }, async () => {
    // onTerminal gives the command no input, but script(1) gives it a terminal.
    const { stdout } = await onTerminal(['import', '--db', 'sqlite::memory:'])
    assert.match(
      stdout,
      /^input-missing: there is nothing to import: standard input is a terminal\r\nhint: name/,
    )
  })
})
