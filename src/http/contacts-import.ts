// A file of contacts, as people bring it from elsewhere.

import { Readable } from 'node:stream'
import { errors } from '../errors.ts'
import * as replies from './replies.ts'
import { type Route, route, type Services } from './route.ts'
import * as wire from './wire.ts'

export function importRoutes({ uploads, access }: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: 'omnichannel/contacts.import',
      summary: 'Contacts from a file: JSON, a spreadsheet, an address book, packed with gzip or not',
      description:
        'The body is the file as it is; what it is, is told by what stands in it, not by its content type. Answers when all of it is imported, with what became of each entry: `read` is the sum of the others. With `dryRun` it says what would happen. docs/import.md says what each format may have.',
      admission: { permissions: ['create-livechat-contact', 'update-livechat-contact'] },
      takesFile: true,
      query: wire.contactsImport,
      reply: replies.contactsImport,
      errors: [
        'import-busy',
        'import-map-invalid',
        'upload-no-room',
        'input-unknown',
        'input-broken',
        'input-packed-too-well',
        'columns-unknown',
        'store-full',
        'store-busy',
      ],
      handler: async ({ query, request, session }) => {
        // As the routes that define custom fields ask for.
        if (query.createFields && !(await access.may(session.user, ['view-livechat-manager'])))
          throw errors.notPermitted()
        const file = request.body instanceof Readable ? request.body : Readable.from([])
        const gone = new AbortController()
        const { socket } = request.raw
        // Whoever sent all of it waits in silence.
        socket.setTimeout(0)
        const leave = () => gone.abort()
        socket.once('close', leave)
        try {
          const { summary, ...report } = await uploads.take(file, { ...query, signal: gone.signal })
          return { import: summary, ...report }
        } finally {
          socket.off('close', leave)
        }
      },
    }),
  ]
}
