// omnidex copy: a whole directory into another database, as when a team outgrows SQLite.

import { openStore } from '../app.ts'
import { databaseAddress } from '../config.ts'
import { copyDirectory } from '../transfer/copy.ts'
import type { Command } from './command.ts'
import { print, printError } from './print.ts'
import { untilSignal } from './signals.ts'

/** Contacts between two lines that tell how far it is. */
const TELL_EACH = 100_000

export const copy: Command = {
  name: 'copy',
  usage: '',
  summary:
    'copy a whole directory into another database: contacts, conversations, accounts, tokens, roles, settings and custom fields',
  details: [
    'Stop the server of the database that is copied; the other must be new or left by a copy that broke off. In the end',
    'both are read and compared. What is there already and equal stays, so the same command again does the rest.',
  ],
  settings: [],
  flags: {
    from: {
      value: 'ADDRESS',
      meaning: 'the database to copy, as --db names it',
      required: true,
      problemWith: problemOf,
    },
    to: { value: 'ADDRESS', meaning: 'the database to fill', required: true, problemWith: problemOf },
  },
  async run({ flags: { from = '', to = '' } }) {
    const stop = new AbortController()
    let stopCode: number | undefined
    untilSignal().then((code) => {
      stopCode = code
      stop.abort()
    })
    const source = await openStore({ db: databaseAddress(from) }, { exclusive: true, mustExist: true })
    try {
      return await fill(source, to, stop.signal)
    } catch (error) {
      if (stopCode === undefined || !stop.signal.aborted) throw error
      printError('stopped: what was copied stays; run the command again for the rest')
      return stopCode
    } finally {
      await source.close()
    }
  },
}

type Store = Awaited<ReturnType<typeof openStore>>

async function fill(from: Store, address: string, signal: AbortSignal): Promise<number> {
  const to = await openStore({ db: databaseAddress(address) }, { exclusive: true, bulk: true })
  try {
    let told = 0
    const summary = await copyDirectory({
      from,
      to,
      signal,
      onProgress: (contacts) => {
        if (contacts - told < TELL_EACH) return
        told = contacts
        print(`${contacts} contacts`)
      },
    })
    const { contacts, users, tokens, customFields, permissions } = summary
    print(
      `copied and compared: ${contacts} contacts, ${users} users, ${tokens} tokens, ${customFields} custom fields, ${permissions} permissions`,
    )
    return 0
  } finally {
    await to.close()
  }
}

function problemOf(address: string): string | undefined {
  try {
    databaseAddress(address)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
