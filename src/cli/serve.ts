// omnidex serve: the server, until it is told to stop.

import { type App, openApp, type User } from '../app.ts'
import type { Command } from './command.ts'
import { print, printError } from './print.ts'
import { untilSignal } from './signals.ts'

/** Name of the personal access token in the line that the demo prints. */
const DEMO_TOKEN = 'demo'

export const serve: Command = {
  name: 'serve',
  usage: '',
  summary: 'start the server',
  settings: [
    'port',
    'host',
    'db',
    'search',
    'citus',
    'indexFolder',
    'demo',
    'logLevel',
    'defaultCount',
    'maxCount',
    'allowInfiniteCount',
    'rateLimit',
    'intakeRateLimit',
    'maxBodyBytes',
    'maxImportBytes',
    'requestTimeoutMs',
    'corsOrigins',
    'proxies',
    'upstream',
    'upstreamTrust',
    'maxLag',
  ],
  async run({ config }) {
    const app = await openApp(config)
    const stopped = untilSignal()
    print(`omnidex listening on ${app.url}`)
    try {
      await Promise.race([stopped, greet(app).then(() => stopped)])
    } finally {
      await app.close()
    }
    return 0
  },
}

/** Tells whoever started the server how to get in, once it serves. */
async function greet(app: App): Promise<void> {
  const { newAdministrator, config } = app
  if (newAdministrator !== undefined) printError(administratorLine(newAdministrator))
  await app.ready
  if (config.demo > 0) printError(await tryLine(app))
}

function administratorLine({ username, generatedPassword }: NonNullable<App['newAdministrator']>): string {
  return generatedPassword === undefined
    ? `administrator: ${username}, password as given in ADMIN_PASS`
    : `administrator: ${username}, password: ${generatedPassword} (shown this once; only its hash is kept)`
}

/** A command that works as printed. Only the demo prints one, since it holds a token. */
async function tryLine({ access, config, url }: App): Promise<string> {
  const user = await access.users.find({ username: config.adminUsername })
  if (user === undefined) return `there is no user ${config.adminUsername} any more: log in as somebody else`
  const secret = await demoToken(access, user)
  const search = `${config.rootUrl ?? url}/api/v1/omnichannel/contacts.search?searchText=ann&count=3`
  return `try it:\n  curl -H 'X-User-Id: ${user.id}' -H 'X-Auth-Token: ${secret}' '${search}'`
}

/** A new secret at each start, always for the same personal access token. */
async function demoToken({ personalTokens }: App['access'], user: User): Promise<string> {
  const tokens = await personalTokens.list(user)
  return tokens.some(({ personal }) => personal.name === DEMO_TOKEN)
    ? personalTokens.regenerate(user, DEMO_TOKEN)
    : personalTokens.generate(user, DEMO_TOKEN, true)
}
