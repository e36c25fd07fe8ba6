// Agents and managers: who has the roles, who may see them and who may change them (contract 3.13).

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Credentials, type Reply, startServer, type TestServer } from '../support/server.ts'

interface AgentDocument {
  readonly _id: string
  readonly username: string
  readonly statusLivechat: string
}

interface AgentPage {
  readonly users: readonly AgentDocument[]
  readonly count: number
  readonly offset: number
  readonly total: number
}

const NOT_PERMITTED =
  '{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}'
const UNAUTHORIZED = '{"success":false,"error":"unauthorized"}'
const INVALID_USER =
  '{"success":false,"error":"The required \\"userId\\" or \\"username\\" param provided does not match any users [error-invalid-user]","errorType":"error-invalid-user"}'
const INVALID_TYPE = '{"success":false,"error":"Invalid type"}'
const DONE = '{"success":true}'
const NOBODY = '{"user":null,"success":true}'

function answers({ text, status }: Reply, expected: number, body: string): void {
  assert.equal(text, body)
  assert.equal(status, expected)
}

for (const [type, role] of [
  ['agent', 'livechat-agent'],
  ['manager', 'livechat-manager'],
] as const) {
  const path = `livechat/users/${type}`

  describe(path, () => {
    let server: TestServer
    const ids = new Map<string, string>()
    before(async () => {
      server = await startServer()
      const people = [
        ['zoe', 'Ada Byron', 'zoe@example.com'],
        ['yan', 'bela Kun', 'Countess@Example.com'],
        ['xen', 'Cato', 'xen@example.com'],
      ] as const
      for (const [username, name, email] of people) {
        const user = await server.app.access.users.create({ username, name, email, password: 'x' })
        ids.set(username, user.id)
      }
    })
    after(() => server.close())
    beforeEach(async () => {
      for (const id of ids.values()) await remove(id)
    })

    const add = (username: unknown, as?: Credentials) => server.post(path, { username }, as && { as })
    const remove = (id: string, as?: Credentials) => server.request('DELETE', `${path}/${id}`, as && { as })
    const read = (id: string) => server.get(`${path}/${id}`)
    const idOf = (username: string) => ids.get(username) ?? assert.fail(username)

    async function list(query = ''): Promise<AgentPage> {
      const reply = await server.get(path, { query })
      assert.equal(reply.status, 200, reply.text)
      return reply.json<AgentPage>()
    }
    const names = async (query?: string) => (await list(query)).users.map(({ username }) => username)

    async function rolesOf(username: string): Promise<readonly string[]> {
      return (await server.app.access.users.get({ username })).roles
    }

    it('gives, shows and takes the role', async () => {
      answers(await add('zoe'), 200, `{"user":{"_id":"${idOf('zoe')}","username":"zoe"},"success":true}`)
      assert.deepEqual(await rolesOf('zoe'), ['user', role])
      const document = {
        _id: idOf('zoe'),
        username: 'zoe',
        name: 'Ada Byron',
        status: 'online',
        statusLivechat: 'available',
        emails: [{ address: 'zoe@example.com', verified: false }],
        livechat: {},
      }
      answers(await read(idOf('zoe')), 200, JSON.stringify({ user: document, success: true }))
      answers(
        await server.get(path),
        200,
        JSON.stringify({ users: [document], count: 1, offset: 0, total: 1, success: true }),
      )
      answers(await remove(idOf('zoe')), 200, DONE)
      assert.deepEqual(await rolesOf('zoe'), ['user'])
      answers(await read(idOf('zoe')), 200, NOBODY)
      assert.equal((await list()).total, 0)
    })

    it('finds the user by a name in other letters', async () => {
      answers(await add('ZOE'), 200, `{"user":{"_id":"${idOf('zoe')}","username":"zoe"},"success":true}`)
    })

    it('may be done twice without harm', async () => {
      await add('zoe')
      assert.equal((await add('zoe')).status, 200)
      assert.deepEqual(await rolesOf('zoe'), ['user', role])
      assert.equal((await list()).total, 1)
      answers(await remove(idOf('zoe')), 200, DONE)
      answers(await remove(idOf('zoe')), 200, DONE)
    })

    it('knows no user who is not there', async () => {
      for (const username of ['nobody', '', '__proto__', 'zoe@example.com']) {
        answers(await add(username), 400, INVALID_USER)
      }
      for (const id of ['nobody', '__proto__', 'zoe']) {
        answers(await remove(id), 400, INVALID_USER)
        answers(await read(id), 200, NOBODY)
      }
    })

    it('refuses a body without a user name, or with more', async () => {
      for (const [body, message] of [
        [{}, "must have required property 'username'"],
        [{ username: ['zoe', 'yan'] }, 'must be string'],
        [{ username: 'zoe', roles: ['admin'] }, 'must NOT have additional properties'],
      ] as const) {
        const refused = { success: false, error: `${message} [invalid-params]`, errorType: 'invalid-params' }
        answers(await server.post(path, body), 400, JSON.stringify(refused))
      }
      assert.deepEqual(await rolesOf('zoe'), ['user'])
    })

    it('lists by name without regard to case, in pages, and otherwise when asked', async () => {
      for (const username of ids.keys()) await add(username)
      assert.deepEqual(await names(), ['zoe', 'yan', 'xen'])
      assert.deepEqual(await names('sort=%7B%22name%22:-1%7D'), ['xen', 'yan', 'zoe'])
      assert.deepEqual(await names('sort=%7B%22username%22:1%7D'), ['xen', 'yan', 'zoe'])
      assert.deepEqual(await names('sort=%7B%7D'), ['zoe', 'yan', 'xen'])
      const { users, ...page } = await list('count=1&offset=1')
      assert.deepEqual(
        users.map(({ username }) => username),
        ['yan'],
      )
      assert.deepEqual(page, { count: 1, offset: 1, total: 3, success: true })
      assert.deepEqual(await names('offset=3'), [])
    })

    it('lists whom a fragment of a name, user name or address fits, in any letter case', async () => {
      for (const username of ids.keys()) await add(username)
      assert.deepEqual(await names('text=BYR'), ['zoe'])
      assert.deepEqual(await names('text=YA'), ['yan'])
      assert.deepEqual(await names('text=countess@'), ['yan'])
      assert.deepEqual(await names('text=example.com'), ['zoe', 'yan', 'xen'])
      assert.deepEqual(await names('text='), ['zoe', 'yan', 'xen'])
      assert.deepEqual(await names('text=e.ample'), [])
      assert.deepEqual(await names('text=admin'), [])
      assert.equal((await list('text=example&count=1')).total, 3)
    })

    it('leaves out one user, and takes what has no effect', async () => {
      for (const username of ids.keys()) await add(username)
      const { total } = await list(`excludeId=${idOf('yan')}`)
      assert.equal(total, 2)
      assert.deepEqual(await names(`excludeId=${idOf('yan')}`), ['zoe', 'xen'])
      assert.deepEqual(await names('onlyAvailable=true&showIdleAgents=false'), ['zoe', 'yan', 'xen'])
    })

    it('refuses a broken sort', async () => {
      const reply = await server.get(path, { query: 'sort=name' })
      assert.equal(reply.status, 400)
      assert.match(reply.text, /"errorType":"error-invalid-sort"/)
    })

    it('has who was switched off as not available', async () => {
      const users = server.app.access.users
      const { id } = await users.create({
        username: `off-${type}`,
        password: 'x',
        roles: [role],
        active: false,
      })
      const { user } = (await read(id)).json<{ user: AgentDocument }>()
      assert.equal(user.statusLivechat, 'not-available')
      await users.delete({ id })
    })

    it('counts from the next request of the user on', async () => {
      const jane = await server.user('user')
      const { username } = (await server.get('me', { as: jane })).json<{ username: string }>()
      const search = async () => (await server.get('omnichannel/contacts.search', { as: jane })).status
      assert.equal(await search(), 403)
      await add(username)
      assert.equal(await search(), 200)
      await remove(jane.userId)
      assert.equal(await search(), 403)
    })

    it('has nobody who was deleted', async () => {
      const jane = await server.user('user', role)
      assert.equal((await list()).total, 1)
      await server.post('users.delete', { userId: jane.userId })
      assert.equal((await list()).total, 0)
      answers(await read(jane.userId), 200, NOBODY)
    })

    it('is changed and read by holders of view-livechat-manager only', async () => {
      const monitor = await server.user('livechat-monitor')
      assert.equal((await add('zoe', monitor)).status, 200)
      assert.equal((await remove(idOf('zoe'), monitor)).status, 200)
      for (const role of ['user', 'livechat-agent', 'guest']) {
        const as = await server.user(role)
        answers(await add('zoe', as), 403, NOT_PERMITTED)
        answers(await remove(idOf('zoe'), as), 403, NOT_PERMITTED)
        answers(await server.get(`${path}/${idOf('zoe')}`, { as }), 403, NOT_PERMITTED)
        await server.post('users.delete', { userId: as.userId })
      }
      assert.deepEqual(await rolesOf('zoe'), ['user'])
    })

    it('has no other verbs', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        answers(await server.request(method, path), 404, '404 Not Found')
      }
    })
  })
}

describe('the lists of agents and managers', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  it('are apart: an agent is no manager', async () => {
    const { userId } = await server.user('livechat-agent')
    answers(await server.get(`livechat/users/manager/${userId}`), 200, NOBODY)
    answers(await server.request('DELETE', `livechat/users/manager/${userId}`), 200, DONE)
    assert.notEqual((await server.get(`livechat/users/agent/${userId}`)).text, NOBODY)
  })

  it('are for holders of either of two permissions, and of one', async () => {
    for (const [role, agents, managers] of [
      ['livechat-agent', 200, 403],
      ['livechat-monitor', 200, 200],
      ['livechat-manager', 200, 200],
      ['user', 403, 403],
    ] as const) {
      const as = await server.user(role)
      const agentReply = await server.get('livechat/users/agent', { as })
      const managerReply = await server.get('livechat/users/manager', { as })
      assert.equal(agentReply.status, agents, role)
      assert.equal(managerReply.status, managers, role)
      if (agents === 403) answers(agentReply, 403, UNAUTHORIZED)
      if (managers === 403) answers(managerReply, 403, NOT_PERMITTED)
    }
  })

  it('are the only ones: every other type is refused', async () => {
    for (const type of ['monitor', 'Agent', 'x', 'constructor']) {
      answers(await server.get(`livechat/users/${type}`), 400, INVALID_TYPE)
      answers(await server.post(`livechat/users/${type}`, { username: 'admin' }), 400, INVALID_TYPE)
    }
    const as = await server.user('user')
    answers(await server.get('livechat/users/monitor', { as }), 403, NOT_PERMITTED)
  })
})
