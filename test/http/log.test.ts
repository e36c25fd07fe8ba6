// What the operator learns of requests: one line and one count for each, and why those failed that did.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { until } from '../support/program.ts'
import { type Reply, suiteServer } from '../support/server.ts'

const SEARCH = 'omnichannel/contacts.search'
const SEARCH_ROUTE = `/api/v1/${SEARCH}`

interface Line {
  readonly msg: string
  readonly reqId?: string
  readonly method?: string
  readonly route?: string
  readonly status?: number
  readonly err?: { readonly message: string }
}

describe('the log and the metrics', () => {
  const server = suiteServer({
    contacts: Array.from({ length: 1_500 }, (_, at) => ({ name: `Contact ${at}` })),
  })

  /** What is logged from the request on, up to the line that ends it. */
  async function linesOf(request: () => Promise<Reply | undefined>): Promise<Line[]> {
    const { log } = server()
    const start = log.length
    const lines = () => log.slice(start).map((line) => JSON.parse(line) as Line)
    await request()
    await until(() => lines().some(({ msg }) => msg === 'request'), 'the line of the request', 2_000)
    return lines()
  }

  async function requestsCounted(route: string, status: number): Promise<number> {
    const { text } = await server().get('/metrics')
    const labels = `{method="GET",route="${route}",status="${status}"}`
    const line = text
      .split('\n')
      .find((line) => line.startsWith(`omnidex_http_request_seconds_count${labels}`))
    return Number(line?.split(' ').at(-1) ?? 0)
  }

  const requests: readonly [what: string, path: string, route: string, status: number][] = [
    ['one that is answered', SEARCH, SEARCH_ROUTE, 200],
    ['an address that is not there', 'nowhere', 'unmatched', 404],
    ['an address that cannot be decoded', '%zz', 'unmatched', 404],
    ['an address with too long a part', `livechat/users/agent/${'a'.repeat(1_001)}`, 'unmatched', 404],
  ]
  for (const [what, path, route, status] of requests) {
    it(`have ${what}, by its route and not its address`, async () => {
      const before = await requestsCounted(route, status)
      const lines = await linesOf(() => server().get(path))
      assert.deepEqual(
        lines.map(({ msg, method, route, status }) => [msg, method, route, status]),
        [['request', 'GET', route, status]],
      )
      assert.equal(await requestsCounted(route, status), before + 1)
    })
  }

  it('have a reply that broke off half way as a 500, and the log says why', async (t) => {
    const { contacts } = server().app.store
    const getMany = contacts.getMany.bind(contacts)
    let batches = 0
    t.mock.method(contacts, 'getMany', (ids: readonly string[]) => {
      batches += 1
      return batches === 3 ? Promise.reject(new Error('disk on fire')) : getMany(ids)
    })
    const lines = await linesOf(async () => {
      await assert.rejects(server().get(SEARCH, { query: 'count=0' }), { code: 'ECONNRESET' })
      return undefined
    })
    assert.equal(lines.find(({ msg }) => msg === 'the reply broke off')?.err?.message, 'disk on fire')
    assert.equal(lines.at(-1)?.status, 500)
    assertOneRequest(lines)
    assert.equal(await requestsCounted(SEARCH_ROUTE, 500), 1)
    assert.equal(await requestsCounted(SEARCH_ROUTE, 499), 0)
  })

  it('have a request whose store fails as a 500, and the log says why', async (t) => {
    t.mock.method(server().app.store.contacts, 'get', () => Promise.reject(new Error('disk on fire')))
    const lines = await linesOf(() => server().get('omnichannel/contacts.get?contactId=x'))
    assert.deepEqual(
      lines.map(({ msg, err, status }) => [msg, err?.message, status]),
      [
        ['request failed', 'disk on fire', undefined],
        ['request', undefined, 500],
      ],
    )
    assertOneRequest(lines)
    assert.equal(await requestsCounted('/api/v1/omnichannel/contacts.get', 500), 1)
  })
})

/** Every line says which request it is about: the same one. */
function assertOneRequest(lines: readonly Line[]): void {
  const [reqId] = lines.map((line) => line.reqId)
  assert.ok(reqId)
  for (const line of lines) assert.equal(line.reqId, reqId, line.msg)
}
