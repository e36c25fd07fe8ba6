// A client of the server under test, for all that is not load: logging in, waiting, looking at a reply.

import { setTimeout as sleep } from 'node:timers/promises'
import { ADMINISTRATOR } from './child.ts'

export type Headers = Readonly<Record<string, string>>

export interface Reply {
  readonly contentType: string
  readonly body: string
}

/** Milliseconds between looks at /ready. */
const LOOK_MS = 5

/** Resolves once the server's index serves. */
export async function untilReady(url: string): Promise<void> {
  while ((await fetch(`${url}/ready`)).status !== 200) await sleep(LOOK_MS)
}

/** The headers of a logged-in administrator. */
export async function logIn(url: string): Promise<Headers> {
  const reply = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMINISTRATOR),
  })
  if (!reply.ok) throw new Error(`could not log in: ${reply.status} ${await reply.text()}`)
  const { data } = (await reply.json()) as { data: { userId: string; authToken: string } }
  return { 'x-user-id': data.userId, 'x-auth-token': data.authToken }
}

/** @throws Error unless the reply is 200 */
export async function get(url: string, path: string, headers: Headers): Promise<Reply> {
  const reply = await fetch(url + path, { headers })
  const body = await reply.text()
  if (reply.status !== 200) throw new Error(`GET ${path} answered ${reply.status}: ${body.slice(0, 500)}`)
  return { contentType: reply.headers.get('content-type') ?? '', body }
}
