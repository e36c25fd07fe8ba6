// omnidex migrate: what a start does to a database before it serves, by itself.

import { openStore } from '../app.ts'
import type { Command } from './command.ts'
import { print } from './print.ts'

export const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: 'bring a database up to date, as a start does, without a server',
  details: [
    'Servers do all of this themselves when they start. In a large directory --search database takes minutes, in which',
    'other servers go on; --citus takes minutes, in which none may run. After a break the same command does the rest.',
  ],
  settings: ['db', 'search', 'citus'],
  flags: {
    anew: {
      meaning: 'with --search database: make all of it again, as when omnidex doctor has found differences',
    },
  },
  async run({ config, flags }) {
    const store = await openStore(config)
    try {
      print('the tables are up to date')
      if (config.citus) print('the contacts are spread over the cluster')
      if (config.search === 'database') {
        await store.search?.prepare(flags.anew !== undefined)
        print('the database is ready to search')
      }
      return 0
    } finally {
      await store.close()
    }
  },
}
