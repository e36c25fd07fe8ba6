// omnidex export: all contacts on standard output.

import { once } from 'node:events'
import { openStore } from '../app.ts'
import { exportContacts as exportAll } from '../transfer/export.ts'
import type { Command } from './command.ts'
import { printError, visibleJson } from './print.ts'

export const exportContacts: Command = {
  name: 'export',
  usage: '',
  summary: 'print all contacts as JSON, one a line, as omnidex import takes them',
  details: [
    'As in: omnidex export > contacts.ndjson. Known and unknown contacts, without the deleted ones, in no particular order.',
    'Reads the database, beside a running server too; contacts that change meanwhile are as before or after. How many there',
    'were stands on standard error.',
  ],
  settings: ['db'],
  async run({ config }) {
    const store = await openStore(config, { mustExist: true })
    let exported = 0
    try {
      for await (const documents of exportAll(store.contacts)) {
        exported += documents.length
        const lines = documents.map((document) => `${visibleJson(JSON.stringify(document))}\n`)
        if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain')
      }
    } finally {
      await store.close()
    }
    printError(`exported ${exported} contacts`)
    return 0
  },
}
