// The real program on a free port, for tests that come in by the front door.
//
//   const server = await startServer({ 'max-count': '10' })
//   await server.put({ name: 'Ann' }, { name: 'Ben', unknown: true })
//   const agent = await server.user('livechat-agent')
//   const reply = await server.get('omnichannel/contacts.search', { query: 'searchText=ann', as: agent })
//   reply.status, reply.headers, reply.text, reply.json<Found>()
//   await server.close()

import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { type Flags, readConfig } from '../../src/config.ts'
import { type ContactDocument, fromDocument } from '../../src/transfer/rocket-chat.ts'

export const ADMIN_PASSWORD = 'correct horse battery staple'

/** Who a request is from. */
export interface Credentials {
  readonly userId: string
  readonly authToken: string
}

export interface RequestOptions {
  /** What stands behind the `?`, as it goes over the wire. */
  readonly query?: string
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: OutgoingHttpHeaders
  /** Default: the administrator. `null` for nobody. */
  readonly as?: Credentials | null
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text parsed, as whatever the test expects it to be. */
  json<T = unknown>(): T
}

export interface ServerOptions {
  /** Where the program takes its time from. Default: the clock. */
  readonly now?: () => Date
  readonly env?: NodeJS.ProcessEnv
  /** Whose requests they are if a test does not say. Default: the server's own administrator. */
  readonly admin?: Credentials
}

export interface SuiteOptions extends ServerOptions {
  /** A function is called when the suite begins. */
  readonly flags?: Flags | (() => Promise<Flags>)
  readonly contacts?: readonly ContactDocument[]
}

export interface TestServer {
  readonly app: App
  readonly admin: Credentials
  /** Every line logged so far. */
  readonly log: readonly string[]
  /** @param path  below `/api/v1/`, or from the root when it begins with `/` */
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>
  get(path: string, options?: RequestOptions): Promise<Reply>
  post(path: string, body: unknown, options?: RequestOptions): Promise<Reply>
  /** A new user with exactly these roles. */
  user(...roles: string[]): Promise<Credentials>
  /**
   * Contacts straight into the store and found at once; returns their ids. A contact is written as contacts.search
   * returns it; its id and dates may be left out, and ids then ascend in the order of the contacts.
   */
  put(...contacts: ContactDocument[]): Promise<string[]>
  close(): Promise<void>
}

/**
 * Starts a server on an empty directory in memory, with no limit on the rate of requests.
 * @param flags  as on the command line, without the dashes
 */
export async function startServer(flags: Flags = {}, options: ServerOptions = {}): Promise<TestServer> {
  const log: string[] = []
  const app = await openApp(
    readConfig(
      { port: '0', db: 'sqlite::memory:', 'rate-limit': '0', 'intake-rate-limit': '0', ...flags },
      { ADMIN_PASS: ADMIN_PASSWORD, ...options.env },
    ),
    { log: { write: (line) => void log.push(line) }, ...(options.now && { now: options.now }) },
  )
  await app.ready
  const agent = new Agent({ keepAlive: true })
  const admin = options.admin ?? (await credentialsOf(app, 'admin'))
  const send = (method: string, path: string, { as = admin, ...rest }: RequestOptions = {}) =>
    sendRequest(app.url, agent, method, path, { as, ...rest })
  let users = 0
  let contacts = 0
  return {
    app,
    admin,
    log,
    request: send,
    get: (path, options) => send('GET', path, options),
    post: (path, body, options) => send('POST', path, { ...options, body }),
    async user(...roles) {
      const username = `user-${++users}`
      await app.access.users.create({ username, password: ADMIN_PASSWORD, name: `User ${users}`, roles })
      return credentialsOf(app, username)
    },
    async put(...documents) {
      const complete = documents.map((document) => ({ ...contactDefaults(++contacts), ...document }))
      await app.store.contacts.importMany(complete.map(fromDocument))
      await app.refresh()
      return complete.map(({ _id }) => _id)
    },
    async close() {
      agent.destroy()
      await app.close()
    },
  }
}

/**
 * A server that is open, with these contacts, while the tests of the suite run in which this is called.
 * @returns  a function to be called in the tests themselves
 */
export function suiteServer({ contacts = [], flags = {}, ...options }: SuiteOptions = {}): () => TestServer {
  let server: TestServer | undefined
  before(async () => {
    server = await startServer(typeof flags === 'function' ? await flags() : flags, options)
    await server.put(...contacts)
  })
  after(() => server?.close())
  return () => {
    if (server === undefined) throw new Error('the server is not open yet')
    return server
  }
}

function contactDefaults(number: number) {
  return {
    _id: number.toString(16).padStart(24, '0'),
    createdAt: '2026-01-01T00:00:00.000Z',
    _updatedAt: '2026-01-01T00:00:00.000Z',
  }
}

async function credentialsOf(app: App, username: string): Promise<Credentials> {
  const { userId, secret } = await app.access.createToken(username, 'test')
  return { userId, authToken: secret }
}

/** Not by `fetch`, which tidies up the address and the headers before it sends them. */
async function sendRequest(
  url: string,
  agent: Agent,
  method: string,
  path: string,
  { query, body, headers, as }: RequestOptions,
): Promise<Reply> {
  const { bytes, type } = encodeBody(body)
  const address = path.startsWith('/') ? path : `/api/v1/${path}`
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const { hostname, port } = new URL(url)
  const outgoing = request({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    agent,
    method,
    path: query === undefined ? address : `${address}?${query}`,
    headers: {
      ...(as ? { 'x-user-id': as.userId, 'x-auth-token': as.authToken } : {}),
      ...(type ? { 'content-type': type } : {}),
      ...(bytes ? { 'content-length': bytes.length } : {}),
      ...headers,
    },
  })
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    text(incoming).then((body) => {
      const { statusCode: status = 0, headers } = incoming
      resolve({ status, headers, text: body, json: <T>() => JSON.parse(body) as T })
    }, reject)
  })
  outgoing.end(bytes)
  return promise
}

function encodeBody(body: unknown): { bytes?: Buffer; type?: string } {
  if (body === undefined) return {}
  if (typeof body === 'string' || body instanceof Uint8Array) return { bytes: Buffer.from(body) }
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' }
}
