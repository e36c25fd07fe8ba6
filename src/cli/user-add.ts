// omnidex user add: somebody who may log in, made by the operator.

import { type AccessDesk, openAccess, randomPassword } from '../app.ts'
import { errors } from '../errors.ts'
import type { Command } from './command.ts'
import { print } from './print.ts'

export const userAdd: Command = {
  name: 'user add',
  usage: 'USERNAME --role ROLE',
  summary: 'add a user',
  details: [
    'Without --password-stdin a random password is made and printed once; only its hash is kept. May run beside a server,',
    'which lets the user in at once.',
  ],
  arguments: { least: 1, most: 1 },
  settings: ['db'],
  flags: {
    role: {
      value: 'ROLE',
      meaning:
        'a role such as admin, livechat-manager or livechat-agent; may be repeated, or a list with commas',
      required: true,
      repeatable: true,
      problemWith: (text) => (listOf(text).length === 0 ? 'must name a role' : undefined),
    },
    name: { value: 'NAME', meaning: 'full name' },
    email: { value: 'ADDRESS', meaning: 'e-mail address' },
    'password-stdin': { meaning: 'take the password from the first line of standard input' },
  },
  async run({ config, positionals: [username = ''], flags }) {
    // Read first: a database that is not used yet shall not be made for want of a password.
    const given = flags['password-stdin'] === undefined ? undefined : await readPassword()
    const password = given ?? randomPassword()
    const roles = listOf(flags.role)
    const desk = await openAccess(config)
    try {
      await assertRoles(desk, roles)
      const { name, email } = flags
      const { id } = await desk.access.users.create({
        username,
        password,
        roles,
        ...(name === undefined ? {} : { name }),
        ...(email === undefined ? {} : { email }),
      })
      print(`added user ${username}, id ${id}, with ${roles.join(', ')}`)
      if (given === undefined) print(`password: ${password} (shown this once; only its hash is kept)`)
      return 0
    } finally {
      await desk.close()
    }
  },
}

function listOf(text = ''): string[] {
  const roles = text.split(',').map((role) => role.trim())
  return [...new Set(roles)].filter((role) => role !== '')
}

/** @throws role-missing naming those there are */
async function assertRoles({ access: { permissions } }: AccessDesk, roles: readonly string[]): Promise<void> {
  const known = (await permissions.listRoles()).filter(({ scope }) => scope === 'Users').map(({ id }) => id)
  const unknown = roles.filter((role) => !known.includes(role))
  if (unknown.length > 0) throw errors.roleMissing({ unknown, known })
}

/** @throws password-missing when there is nothing before the end of the line */
async function readPassword(): Promise<string> {
  process.stdin.setEncoding('utf8')
  let text = ''
  for await (const piece of process.stdin) {
    text += piece
    if (text.includes('\n')) break
  }
  const [password = ''] = text.split(/\r?\n/)
  if (password === '') throw errors.passwordMissing()
  return password
}
