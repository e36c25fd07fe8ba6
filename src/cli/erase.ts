// omnidex erase: one contact out of the database, its index and its files, and the proof.

import { openEraser } from '../app.ts'
import { errors } from '../errors.ts'
import { eraseContact, type Traces, textsOf, textsOfOthers, tracesOf } from '../transfer/erase.ts'
import { placesIn } from '../transfer/raw-search.ts'
import type { Command } from './command.ts'
import { print, printError, visible } from './print.ts'

export const erase: Command = {
  name: 'erase',
  usage: 'ID',
  summary: 'remove all that is known of one contact, for good, and search the files for what is left',
  details: [
    'Removes the contact, its visitors and conversations and the index on disk, writes the database anew without what was',
    'removed before, and searches the raw files for every text of the contact. What stays is the id, so that no import brings',
    'the contact back. Visitors who are another contact’s too stay with that one.',
    'The server of a SQLite database must be stopped: it makes its index anew at the next start. The files of PostgreSQL are its',
    "server's: docs/export.md says what is left to do there. Backups, exports and logs of others are not touched.",
    'omnidex export --contact ID shows before what is known.',
  ],
  arguments: { least: 1, most: 1 },
  settings: ['db', 'indexFolder'],
  flags: { yes: { meaning: 'do it; without, only say what would be removed' } },
  async run({ config, positionals: [id = ''], flags }) {
    const { store, files, forgetIndex, close } = await openEraser(config)
    try {
      const traces = await tracesOf(store, id)
      if (traces === undefined) throw errors.contactUnknownHere({ id })
      print(visible(`contact ${id}: ${described(traces)}`))
      if (flags.yes === undefined) {
        printError('nothing was removed: say --yes to remove all of it, for good')
        return 1
      }
      const texts = textsOf(traces)
      const before = await countIn(await files(), texts)
      await eraseContact(store, id, new Date())
      await forgetIndex()
      const isWhole = await store.compact?.()
      print('erased: what stays is its id')
      const others = await textsOfOthers(store, texts)
      for (const places of others.values())
        printError(visible(`a text of the contact stands in ${places.join(', ')} too`))
      if (isWhole === undefined)
        print('the files of this database are its server’s: docs/export.md says what is left to do')
      return await prove(await files(), texts, before, others)
    } finally {
      await close()
    }
  },
}

function described({ contact: { contact }, visitors, rooms }: Traces): string {
  const name = contact.enabled === false ? 'deleted before' : contact.name || 'without a name'
  return `${name}, ${visitors.length} visitors, ${rooms.length} conversations`
}

/** @returns the exit code */
async function prove(
  files: readonly string[],
  texts: readonly string[],
  before: number,
  others: ReadonlyMap<string, unknown>,
): Promise<number> {
  if (files.length === 0) return 0
  if (texts.length === 0) {
    print('no text of the contact is known any more: there was nothing to search the files for')
    return 0
  }
  const own = texts.filter((text) => !others.has(text))
  let left = 0
  for (const file of files) {
    const places = [...(await placesIn(file, own)).values()].reduce((sum, count) => sum + count, 0)
    if (places > 0) printError(`${file} has ${places} places with texts of the contact still`)
    left += places
  }
  print(
    `searched ${files.length} files for ${own.length} texts: ${before} places before, ${left === 0 ? 'none' : left} now`,
  )
  return left === 0 ? 0 : 1
}

async function countIn(files: readonly string[], texts: readonly string[]): Promise<number> {
  let count = 0
  for (const file of files) for (const places of (await placesIn(file, texts)).values()) count += places
  return count
}
