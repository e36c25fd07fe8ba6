// What administrators set while the server runs (contract 3.13).

import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire-access.ts'

export function settingRoutes({ settings }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'settings/:id',
      summary: 'Read a setting',
      admission: { permissions: ['view-privileged-setting'] },
      reply: replies.setting,
      errors: ['setting-unknown'],
      handler: async ({ params: { id = '' } }) => ({ _id: id, value: await settings.get(id) }),
    }),
    route({
      method: 'POST',
      path: 'settings/:id',
      summary: 'Change a setting; it counts from the next request on',
      admission: { permissions: ['edit-privileged-setting'] },
      body: wire.settingSet,
      errorStyle: 'typed',
      reply: replies.done,
      errors: ['setting-unknown'],
      handler: async ({ params: { id = '' }, body: { value } }) => {
        await settings.set(id, value)
        return {}
      },
    }),
  ]
}
