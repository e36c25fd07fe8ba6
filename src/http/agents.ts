// Who takes conversations, and who oversees them: the users with the roles livechat-agent and livechat-manager
// (contract 3.13).

import { isAvailable, type LivechatRole, type User } from '../access/access.ts'
import { errors } from '../errors.ts'
import { pageOf } from './page.ts'
import * as replies from './replies.ts'
import { type Admission, type Route, route, type Services } from './route.ts'
import { parseSort, userSort } from './sort.ts'
import * as wire from './wire-access.ts'

const manage: Admission = { permissions: ['view-livechat-manager'] }

export function agentRoutes(services: Services): Route[] {
  const anyOf = { anyPermission: ['transfer-livechat-guest', 'edit-omnichannel-contact'] }
  return [
    ...roleRoutes(services, 'agent', 'livechat-agent', anyOf),
    ...roleRoutes(services, 'manager', 'livechat-manager', manage),
    route({
      method: 'POST',
      path: 'livechat/agent.status',
      summary: 'An agent takes conversations, or takes none for now',
      description: 'Of another agent it needs `manage-livechat-agents`.',
      admission: { permissions: ['view-l-room'] },
      body: wire.agentStatus,
      reply: replies.agentStatus,
      errors: ['agent-not-found', 'error-not-authorized'],
      handler: async ({ body: { status, agentId }, session: { user } }) => {
        const { access } = services
        const id = agentId ?? user.id
        if (id !== user.id && !(await access.may(user, ['manage-livechat-agents'])))
          throw errors.conversationNotYours()
        const isThere = await access.users.setAvailable(id, status && status === 'available')
        return { status: isThere ? 'available' : 'not-available' }
      },
    }),
    ...(['GET', 'POST'] as const).map((method) =>
      route({
        method,
        path: 'livechat/users/:type',
        summary: 'Refused: there are agents and managers only',
        admission: manage,
        reply: replies.done,
        errors: ['livechat-type-invalid'],
        handler: async () => {
          throw errors.livechatTypeInvalid()
        },
      }),
    ),
  ]
}

function roleRoutes(
  { access, counts }: Services,
  type: string,
  role: LivechatRole,
  viewers: Admission,
): Route[] {
  const path = `livechat/users/${type}`
  return [
    route({
      method: 'POST',
      path,
      summary: `Make a user an ${role}`,
      admission: manage,
      body: wire.agentAdd,
      reply: replies.agentAdd,
      errors: ['error-invalid-user'],
      handler: async ({ body }) => {
        const { id, username } = await access.users.addToRole(role, body.username)
        return { user: { _id: id, username } }
      },
    }),
    route({
      method: 'GET',
      path,
      summary: `List the users with the role ${role}`,
      admission: viewers,
      query: wire.agentList,
      reply: replies.agentList,
      errors: ['unauthorized', 'error-invalid-sort'],
      handler: async ({ query: { text, excludeId, sort, ...query } }) => {
        const { offset, count } = pageOf(query, counts)
        const filter = {
          ...(text === undefined ? {} : { text }),
          ...(excludeId === undefined ? {} : { excludeId }),
        }
        const order = parseSort(sort)
        const page = { offset, count, ...(order?.length ? { sort: userSort(order) } : {}) }
        const { users, total } = await access.users.listRole(role, { ...filter, ...page })
        return { users: users.map(presentAgent), count: users.length, offset, total }
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      summary: `Read one user with the role ${role}`,
      admission: manage,
      reply: replies.agentGet,
      handler: async ({ params }) => {
        const user = await access.users.findInRole(role, params.id ?? '')
        return { user: user === undefined ? null : presentAgent(user) }
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Take the role ${role} from a user`,
      admission: manage,
      reply: replies.done,
      errors: ['error-invalid-user'],
      handler: async ({ params }) => {
        await access.users.removeFromRole(role, params.id ?? '')
        return {}
      },
    }),
  ]
}

function presentAgent(user: User): object {
  const { id, username, name, emails } = user
  return {
    _id: id,
    username,
    name,
    status: 'online',
    statusLivechat: isAvailable(user) ? 'available' : 'not-available',
    emails,
    livechat: {},
  }
}
