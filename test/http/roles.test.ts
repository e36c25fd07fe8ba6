// Roles, permissions and what they open: contract 3.12 and 5, by the front door of the real program.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { CustomFields } from '../../src/custom-fields.ts'
import type { Admission } from '../../src/http/route.ts'
import { apiRoutes } from '../../src/http/server.ts'
import { type Credentials, type Reply, startServer, type TestServer } from '../support/server.ts'

interface Permission {
  readonly _id: string
  readonly roles: readonly string[]
  readonly _updatedAt: string
}

interface Change {
  readonly _id: string
  readonly roles: readonly string[]
}

const NOT_PERMITTED =
  '{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}'
const FORBIDDEN = '{"success":false,"error":"unauthorized"}'
const INVALID_PERMISSION =
  '{"success":false,"error":"Invalid permission","errorType":"error-invalid-permission"}'
const INVALID_ROLE = '{"success":false,"error":"Invalid role","errorType":"error-invalid-role"}'
const SEARCH = 'omnichannel/contacts.search'

/** Contract 5, for the permissions that a route of Omnidex asks for. */
const everyLivechatRole = ['livechat-manager', 'livechat-monitor', 'livechat-agent', 'admin']
const livechatLeaders = ['livechat-manager', 'livechat-monitor', 'admin']
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  'view-livechat-contact': everyLivechatRole,
  'create-livechat-contact': everyLivechatRole,
  'update-livechat-contact': everyLivechatRole,
  'view-livechat-contact-history': everyLivechatRole,
  'delete-livechat-contact': ['livechat-manager', 'admin'],
  'view-l-room': everyLivechatRole,
  'close-livechat-room': everyLivechatRole,
  'block-livechat-contact': everyLivechatRole,
  'unblock-livechat-contact': everyLivechatRole,
  'view-livechat-manager': livechatLeaders,
  'transfer-livechat-guest': livechatLeaders,
  'edit-omnichannel-contact': ['livechat-manager', 'livechat-agent', 'admin'],
  'access-permissions': ['admin'],
  'delete-user': ['admin'],
  'view-privileged-setting': ['admin'],
  'edit-privileged-setting': ['admin'],
  'view-d-room': ['admin', 'user', 'federated-external', 'bot', 'app', 'guest'],
}

/** Permissions that a handler asks for, not the route. */
const DEFAULTS_INSIDE: Readonly<Record<string, readonly string[]>> = {
  'create-user': ['admin'],
  'close-others-livechat-room': livechatLeaders,
  'manage-livechat-agents': livechatLeaders,
  'view-full-other-user-info': ['admin'],
  'create-personal-access-tokens': ['admin', 'user'],
  'api-bypass-rate-limit': ['admin', 'bot', 'app'],
}

/** The program's clock, in the hands of the test. */
class Clock {
  ms = Date.parse('2026-01-01T00:00:00.000Z')
  readonly now = () => new Date(this.ms)
}

function answers(reply: Reply, status: number, text: string): void {
  assert.equal(reply.text, text)
  assert.equal(reply.status, status)
}

function routesOf({
  app: { access, directory, intake, settings, indexReport, uploads, store, config, url },
}: TestServer) {
  const customFields = new CustomFields(store.customFields, () => new Date())
  return apiRoutes({
    access,
    directory,
    intake,
    settings,
    customFields,
    indexReport,
    uploads,
    counts: config,
    rootUrl: () => url,
  })
}

/** The permissions of which one, or all, open a route. */
function asked(admission: Admission): readonly string[] {
  if (typeof admission === 'string') return []
  return 'permissions' in admission ? admission.permissions : admission.anyPermission
}

function opens(admission: Admission, role: string): boolean {
  if (typeof admission === 'string') return true
  const holds = (permission: string) => DEFAULTS[permission]?.includes(role) ?? false
  return 'permissions' in admission ? admission.permissions.every(holds) : admission.anyPermission.some(holds)
}

describe('roles and permissions', () => {
  const clock = new Clock()
  let server: TestServer
  before(async () => {
    server = await startServer({}, { now: clock.now })
  })
  after(() => server.close())
  let defaults: Change[]
  beforeEach(async () => {
    defaults ??= (await listed()).map(({ _id, roles }) => ({ _id, roles }))
    await update(...defaults)
    clock.ms += 1_000
  })

  const update = (...permissions: Change[]) => server.post('permissions.update', { permissions })

  async function listed(query?: string): Promise<Permission[]> {
    const reply = await server.get('permissions.listAll', query === undefined ? {} : { query })
    assert.equal(reply.status, 200, reply.text)
    return reply.json<{ update: Permission[] }>().update
  }

  async function rolesHolding(id: string): Promise<readonly string[] | undefined> {
    return (await listed()).find(({ _id }) => _id === id)?.roles
  }

  describe('roles.list', () => {
    it('has the roles of the contract, each with all its properties, for everybody who is logged in', async () => {
      const reply = await server.get('roles.list', { as: await server.user('guest') })
      const { roles, ...rest } = reply.json<{ roles: Record<string, unknown>[] }>()
      assert.deepEqual(rest, { success: true })
      const ids = roles.map(({ _id }) => _id)
      for (const id of ['user', 'bot', 'app', 'guest', 'federated-external', 'owner', 'moderator']) {
        assert.ok(ids.includes(id), id)
      }
      for (const id of everyLivechatRole) assert.ok(ids.includes(id), id)
      assert.equal(new Set(ids).size, ids.length)
      for (const role of roles) {
        assert.deepEqual(Object.keys(role), ['_id', 'name', 'description', 'scope', 'protected'])
      }
      assert.deepEqual(
        roles.find(({ _id }) => _id === 'livechat-agent'),
        {
          _id: 'livechat-agent',
          name: 'livechat-agent',
          description: 'Livechat Agent',
          scope: 'Users',
          protected: true,
        },
      )
    })
  })

  describe('permissions.listAll', () => {
    it('has every permission with its roles and the date of its last change', async () => {
      const reply = await server.get('permissions.listAll', { as: await server.user('guest') })
      const { update, ...rest } = reply.json<{ update: Permission[] }>()
      assert.deepEqual(rest, { remove: [], success: true })
      const byId = new Map(update.map((permission) => [permission._id, permission.roles]))
      assert.equal(byId.size, update.length)
      for (const [id, roles] of Object.entries({ ...DEFAULTS, ...DEFAULTS_INSIDE })) {
        assert.deepEqual(byId.get(id)?.toSorted(), roles.toSorted(), id)
      }
      for (const permission of update) {
        assert.deepEqual(Object.keys(permission), ['_id', 'roles', '_updatedAt'])
        assert.equal(new Date(permission._updatedAt).toISOString(), permission._updatedAt)
      }
    })

    it('has only what changed after updatedSince', async () => {
      const before = clock.now().toISOString()
      clock.ms += 1_000
      await update({ _id: 'delete-user', roles: ['admin', 'bot'] })
      const changed = { _id: 'delete-user', roles: ['admin', 'bot'], _updatedAt: clock.now().toISOString() }
      assert.deepEqual(await listed(`updatedSince=${before}`), [changed])
      assert.deepEqual(await listed(`updatedSince=${encodeURIComponent(changed._updatedAt)}`), [])
      assert.equal((await listed('updatedSince=2000-01-01')).length, (await listed()).length)
    })

    for (const date of ['tomorrow', '2026-13-01', '', '%20']) {
      it(`refuses the date "${date}"`, async () => {
        answers(
          await server.get('permissions.listAll', { query: `updatedSince=${date}` }),
          400,
          '{"success":false,"error":"The \\"updatedSince\\" query parameter must be a valid date. [error-roomId-param-invalid]","errorType":"error-roomId-param-invalid"}',
        )
      })
    }
  })

  describe('permissions.update', () => {
    it('answers with all permissions, the changed one as it is now', async () => {
      const reply = await update({ _id: 'delete-user', roles: ['bot', 'admin'] })
      const { permissions, ...rest } = reply.json<{ permissions: Permission[] }>()
      assert.deepEqual(rest, { success: true })
      assert.deepEqual(permissions, await listed())
      assert.deepEqual(
        permissions.find(({ _id }) => _id === 'delete-user'),
        { _id: 'delete-user', roles: ['bot', 'admin'], _updatedAt: clock.now().toISOString() },
      )
    })

    it('counts from the very next request on, for every role', async () => {
      const agent = await server.user('livechat-agent')
      const guest = await server.user('guest')
      const statuses = async () => {
        const replies = [server.admin, agent, guest].map((as) => server.get(SEARCH, { as }))
        return (await Promise.all(replies)).map(({ status }) => status)
      }
      assert.deepEqual(await statuses(), [200, 200, 403])
      await update({ _id: 'view-livechat-contact', roles: ['guest'] })
      assert.deepEqual(await statuses(), [403, 403, 200])
      await update({ _id: 'view-livechat-contact', roles: ['livechat-agent', 'admin'] })
      assert.deepEqual(await statuses(), [200, 200, 403])
    })

    it('takes a permission from everybody, administrators included, with an empty list', async () => {
      await update({ _id: 'view-livechat-contact', roles: [] })
      assert.deepEqual(await rolesHolding('view-livechat-contact'), [])
      answers(await server.get(SEARCH), 403, NOT_PERMITTED)
    })

    it('can lock everybody out of itself, and then refuses to undo it', async () => {
      const brief = await startServer()
      const permissions = [{ _id: 'access-permissions', roles: [] }]
      assert.equal((await brief.post('permissions.update', { permissions })).status, 200)
      answers(await brief.post('permissions.update', { permissions }), 403, NOT_PERMITTED)
      await brief.close()
    })

    it('changes nothing for an empty list of permissions', async () => {
      const before = await listed()
      assert.deepEqual((await update()).json<{ permissions: Permission[] }>().permissions, before)
    })

    const good = { _id: 'delete-user', roles: ['user'] }
    const refused: Readonly<Record<string, readonly [changes: Change[], answer: string]>> = {
      'an unknown permission': [[good, { _id: 'fly', roles: ['admin'] }], INVALID_PERMISSION],
      'an empty id': [[good, { _id: '', roles: ['admin'] }], INVALID_PERMISSION],
      'an id from the prototype': [[good, { _id: '__proto__', roles: ['admin'] }], INVALID_PERMISSION],
      'a permission named twice': [[good, good], INVALID_PERMISSION],
      'a permission in other letters': [[good, { _id: 'Delete-User', roles: [] }], INVALID_PERMISSION],
      'an unknown role': [[good, { _id: 'create-user', roles: ['admin', 'king'] }], INVALID_ROLE],
      'a role in other letters': [[good, { _id: 'create-user', roles: ['Admin'] }], INVALID_ROLE],
      'a role twice': [
        [good, { _id: 'create-user', roles: ['admin', 'admin'] }],
        '{"success":false,"errorType":"invalid-params","error":"must NOT have duplicate items (items ## 1 and 0 are identical)"}',
      ],
    }
    for (const [name, [changes, answer]] of Object.entries(refused)) {
      it(`refuses ${name}, and changes nothing at all`, async () => {
        const before = await listed()
        answers(await update(...changes), 400, answer)
        assert.deepEqual(await listed(), before)
      })
    }

    const malformed: Readonly<Record<string, readonly [body: unknown, error: string]>> = {
      'no permissions': [{}, "must have required property 'permissions'"],
      'a permission without roles': [
        { permissions: [{ _id: 'delete-user' }] },
        "must have required property 'roles'",
      ],
      'a permission without id': [{ permissions: [{ roles: [] }] }, "must have required property '_id'"],
      'another property': [{ permissions: [], x: 1 }, 'must NOT have additional properties'],
    }
    for (const [name, [body, error]] of Object.entries(malformed)) {
      it(`refuses ${name}`, async () => {
        answers(
          await server.post('permissions.update', body),
          400,
          JSON.stringify({ success: false, errorType: 'invalid-params', error }),
        )
      })
    }

    it('is refused to everybody but administrators, without a change', async () => {
      const before = await listed()
      for (const role of ['user', ...everyLivechatRole.filter((role) => role !== 'admin')]) {
        const as = await server.user(role)
        const permissions = [{ _id: 'access-permissions', roles: [role] }]
        answers(await server.post('permissions.update', { permissions }, { as }), 403, NOT_PERMITTED)
      }
      assert.deepEqual(await listed(), before)
    })
  })
})

describe('by default', () => {
  let server: TestServer
  const people = new Map<string, Credentials>()
  const roles = [...everyLivechatRole, 'user', 'guest', 'bot', 'anonymous']
  before(async () => {
    server = await startServer()
    for (const role of roles) people.set(role, await server.user(role))
  })
  after(() => server.close())

  /** Without what the route needs, so that being let in does no harm. */
  const knock = (method: string, path: string, as: Credentials) =>
    server.request(method, path.replace(/:\w+/g, 'nobody'), {
      as,
      ...(method === 'POST' ? { body: {} } : {}),
    })

  it('every permission that a route asks for is in the table of the contract, and no other', () => {
    const used = new Set(routesOf(server).flatMap(({ admission }) => asked(admission)))
    assert.deepEqual([...used].toSorted(), Object.keys(DEFAULTS).toSorted())
  })

  for (const role of roles) {
    it(`${role} is let in where the contract says so, and refused elsewhere`, async () => {
      const as = people.get(role)
      assert.ok(as)
      for (const { method, path, admission } of routesOf(server)) {
        if (typeof admission === 'string') continue
        const reply = await knock(method, path, as)
        if (opens(admission, role)) {
          assert.notEqual(reply.status, 403, `${role} ${method} ${path}: ${reply.text}`)
          assert.notEqual(reply.status, 401, `${role} ${method} ${path}: ${reply.text}`)
        } else {
          answers(reply, 403, 'permissions' in admission ? NOT_PERMITTED : FORBIDDEN)
        }
      }
    })
  }

  it('a plain user is refused at every route that asks for a permission, but the list of users', async () => {
    const as = people.get('user')
    assert.ok(as)
    const guarded = routesOf(server).filter(({ admission }) => asked(admission).length > 0)
    assert.ok(guarded.length > 15)
    for (const { method, path } of guarded) {
      const { status } = await knock(method, path, as)
      assert.equal(status, path === 'users.list' ? 200 : 403, `${method} ${path}`)
    }
  })

  it('HEAD asks for the permission that GET asks for', async () => {
    const as = people.get('user')
    assert.ok(as)
    assert.equal((await server.request('HEAD', SEARCH, { as })).status, 403)
    assert.equal((await server.request('HEAD', SEARCH, {})).status, 200)
  })

  it('permissions of several roles add up', async () => {
    const as = await server.user('user', 'livechat-agent')
    assert.equal((await server.get(SEARCH, { as })).status, 200)
    assert.equal((await server.get('users.list', { as })).status, 200)
  })
})
