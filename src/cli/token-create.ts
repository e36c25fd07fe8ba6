// omnidex token create: a personal access token for a program, made by the operator.

import { type AccessDesk, openAccess } from '../app.ts'
import { errors } from '../errors.ts'
import type { Command } from './command.ts'
import { print } from './print.ts'

export const tokenCreate: Command = {
  name: 'token create',
  usage: '--user USERNAME --name NAME',
  summary: 'make a personal access token',
  details: [
    'Prints {"userId":"...","authToken":"..."}, to be sent as X-User-Id and X-Auth-Token. This is the only time the token',
    'is shown, since only its hash is kept. It does not expire. May run beside a server, which accepts it at once.',
  ],
  settings: ['db'],
  flags: {
    user: { value: 'USERNAME', meaning: 'whose token it is', required: true },
    name: { value: 'NAME', meaning: 'what the token is called; unique for its user', required: true },
  },
  async run({ config, flags: { user = '', name = '' } }) {
    const desk = await openAccess(config, { mustExist: true })
    try {
      await assertUser(desk, user, config.db.path)
      const { userId, secret } = await desk.access.createToken(user, name)
      print(JSON.stringify({ userId, authToken: secret }))
      return 0
    } finally {
      await desk.close()
    }
  },
}

/** @throws users-missing, user-unknown */
async function assertUser({ access: { users } }: AccessDesk, username: string, path: string): Promise<void> {
  if ((await users.find({ username })) !== undefined) return
  const { total } = await users.list({ count: 0 })
  throw total === 0 ? errors.usersMissing({ username, path }) : errors.userUnknown({ username, path })
}
