// Roles, and which permissions they hold (contract 3.12). Changes take effect with the next request.

import type { Permission } from '../access/access.ts'
import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-access.ts'

export function roleRoutes({ access }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'roles.list',
      summary: 'List all roles',
      admission: 'login',
      errorStyle: 'typed',
      reply: replies.rolesList,
      handler: async () => ({
        roles: (await access.permissions.listRoles()).map(({ id, ...role }) => ({ _id: id, ...role })),
      }),
    }),
    route({
      method: 'GET',
      path: 'permissions.listAll',
      summary: 'List all permissions with the roles that hold them, or those changed since a date',
      admission: 'login',
      query: wire.permissionsListAll,
      errorStyle: 'typed',
      reply: replies.permissionsListAll,
      errors: ['error-roomId-param-invalid'],
      handler: async ({ query }) => ({
        update: (await access.permissions.list(query.updatedSince)).map(presentPermission),
        remove: [],
      }),
    }),
    route({
      method: 'POST',
      path: 'permissions.update',
      summary: 'Replace the role lists of some permissions',
      admission: { permissions: ['access-permissions'] },
      body: wire.permissionsUpdate,
      errorStyle: 'typed',
      reply: replies.permissionsUpdate,
      errors: ['error-invalid-permission', 'error-invalid-role'],
      handler: async ({ body }) => {
        const changes = body.permissions.map(({ _id, roles }) => ({ id: _id, roles }))
        return { permissions: (await access.permissions.update(changes)).map(presentPermission) }
      },
    }),
  ]
}

function presentPermission({ id, roles, updatedAt }: Permission): object {
  return { _id: id, roles, _updatedAt: updatedAt }
}
