// omnidex doctor: whether a running server's index has what the database has.

import { randomUUID } from 'node:crypto'
import { type AccessDesk, openAccess } from '../app.ts'
import { type Difference, type ExaminedIndex, examine } from '../doctor/examine.ts'
import { errors } from '../errors.ts'
import type { Command } from './command.ts'
import { print, printError, visible } from './print.ts'
import { untilSignal } from './signals.ts'

/** Differences that are listed; the others are counted. */
const MOST_LISTED = 100

export const doctor: Command = {
  name: 'doctor',
  usage: '--server URL',
  summary: "compare a running server's index with the database",
  details: [
    'Reads all contacts from the database and asks the server for fingerprints of what its index has, with a token of an',
    'administrator that lasts as long as the command. What differs is looked at again for some seconds, since contacts',
    'change; what still differs is listed on standard error. The exit code is 1 if anything does.',
  ],
  settings: ['db'],
  flags: {
    server: {
      value: 'URL',
      meaning: 'address of the server, as http://127.0.0.1:3000',
      required: true,
      problemWith: (value) =>
        URL.canParse(value) ? undefined : 'must be an address as http://127.0.0.1:3000',
    },
  },
  async run({ config, flags: { server = '' } }) {
    const desk = await openAccess(config, { mustExist: true })
    try {
      return await withToken(desk, async (headers) => {
        const { contacts, differences } = await examine(desk.contacts, new RemoteIndex(server, headers))
        return report(contacts, differences)
      })
    } finally {
      await desk.close()
    }
  },
}

type Headers = Readonly<Record<string, string>>

/** @throws doctor-not-admitted when nobody is an administrator */
async function withToken(
  { access }: AccessDesk,
  use: (headers: Headers) => Promise<number>,
): Promise<number> {
  const { users } = await access.users.list({})
  const administrator = users.find(
    ({ roles, username, active }) => active && roles.includes('admin') && username,
  )
  if (administrator?.username === undefined) throw errors.doctorNotAdmitted()
  const name = `omnidex doctor ${randomUUID()}`
  const { userId, secret } = await access.createToken(administrator.username, name)
  try {
    // Whoever stops it waits for the token to be taken back.
    return await Promise.race([use({ 'x-user-id': userId, 'x-auth-token': secret }), untilSignal()])
  } finally {
    await access.personalTokens.remove(administrator, name)
  }
}

/** The index of a server, by its API. */
class RemoteIndex implements ExaminedIndex {
  readonly #server: string
  readonly #headers: Headers

  constructor(server: string, headers: Headers) {
    this.#server = server
    this.#headers = headers
  }

  async buckets(): Promise<readonly string[]> {
    return (await this.#get<{ buckets: string[] }>('index.buckets')).buckets
  }

  async fingerprints(buckets: readonly number[]): Promise<ReadonlyMap<string, string>> {
    const path = `index.fingerprints?buckets=${buckets.join()}`
    return new Map((await this.#get<{ fingerprints: [string, string][] }>(path)).fingerprints)
  }

  /** @throws server-unreachable */
  async #get<T>(path: string): Promise<T> {
    const url = new URL(`/api/v1/omnidex/${path}`, this.#server)
    try {
      // Wherever else the server would send us, the token must not go.
      const reply = await fetch(url, { headers: this.#headers, redirect: 'error' })
      if (reply.ok) return (await reply.json()) as T
      throw new Error(`it answered ${reply.status}`)
    } catch (error) {
      throw errors.serverUnreachable({ url: this.#server, reason: reasonOf(error) }, error)
    }
  }
}

function report(contacts: number, differences: readonly Difference[]): number {
  for (const { id, kind } of differences.slice(0, MOST_LISTED)) {
    printError(visible(`the index ${kind}: ${id}`))
  }
  const more = differences.length - MOST_LISTED
  if (more > 0) printError(`and ${more} more`)
  const found =
    differences.length === 0 ? 'the index has all of them and nothing else' : `${differences.length} differ`
  print(`${contacts} contacts in the database: ${found}`)
  return differences.length === 0 ? 0 : 1
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}
