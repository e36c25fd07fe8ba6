// All that a search finds, as a file that people take along.

import { errors } from '../errors.ts'
import { EXPORT_FORMATS, type ExportFormat, writerOf, written } from '../transfer/write.ts'
import * as replies from './replies.ts'
import { Raw, type Route, route, type Services } from './route.ts'
import * as wire from './wire.ts'

export function exportRoutes({ directory, customFields }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: 'omnichannel/contacts.export',
      summary: 'Everything that a search finds, as a file',
      description:
        'By name, without a bound on its length. `json` is a list, `ndjson` and `mongoexport` are documents a line each; `omnidex import` reads all of them. What CSV and vCard leave out is in docs/export.md.',
      admission: { permissions: ['view-livechat-contact'] },
      isMirrored: true,
      query: wire.contactsExport,
      reply: replies.contactsExport,
      otherReplies: OTHER_TYPES,
      errors: ['search-text-has-nul', 'not-ready', 'search-busy'],
      handler: async ({ query: { searchText: text = '', unknown = false, format = 'json' } }) => {
        if (text.includes('\0')) throw errors.searchTextHasNul()
        const fields = (await customFields.list())
          .filter(({ scope }) => scope === 'visitor')
          .map(({ id }) => id)
        const writer = writerOf(format, fields)
        const query = { text, unknown, order: [], offset: 0, count: Number.POSITIVE_INFINITY }
        const { contacts } = await directory.stream(query)
        return new Raw(bytesOf(written(contacts, writer)), {
          'content-type': writer.mediaType,
          'content-disposition': `attachment; filename="contacts${writer.extension}"`,
        })
      },
    }),
  ]
}

const OTHER_TYPES = [
  ...new Set(EXPORT_FORMATS.map((format: ExportFormat) => writerOf(format, []).mediaType)),
].filter((type) => type !== 'application/json')

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) if (piece !== '') yield Buffer.from(piece)
}
