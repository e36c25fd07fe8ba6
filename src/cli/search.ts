// omnidex search: look into the directory from the command line, with an index of its own.

import { type DirectoryDesk, openDirectory } from '../app.ts'
import { toDumpDocument } from '../transfer/rocket-chat.ts'
import type { Command } from './command.ts'
import { print, printError, visible, visibleJson } from './print.ts'
import { cut, table } from './table.ts'

const DEFAULT_LIMIT = 20
const MOST = 100_000
/** Columns that one value may take. */
const CELL_WIDTH = 40

export const search: Command = {
  name: 'search',
  usage: 'TEXT',
  summary: 'find contacts by any part of their name, an e-mail address or a phone number',
  details: [
    "Prints how many there are and the first of them, ordered by name; '' finds all. Reads the database, beside a running",
    'server too, and changes nothing. With --json each line is a contact that omnidex import takes.',
  ],
  arguments: { least: 1, most: 1 },
  settings: ['db'],
  flags: {
    unknown: { meaning: 'look among the unknown contacts, instead of the known ones' },
    limit: {
      value: 'N',
      meaning: `most contacts to print, 0 to ${MOST} (default ${DEFAULT_LIMIT})`,
      problemWith: limitProblem,
    },
    json: { meaning: 'print contacts as JSON, one a line; the total goes to standard error' },
  },
  async run({ config, positionals: [text = ''], flags }) {
    const desk = await openDirectory(config, { mustExist: true })
    try {
      const page = await desk.directory.search({
        text,
        unknown: flags.unknown !== undefined,
        order: [],
        offset: 0,
        count: Number(flags.limit ?? DEFAULT_LIMIT),
      })
      if (flags.json === undefined) printTable(page)
      else printJson(page)
      return 0
    } finally {
      await desk.close()
    }
  },
}

type Page = Awaited<ReturnType<DirectoryDesk['directory']['search']>>
type Contact = Page['contacts'][number]

function limitProblem(text: string): string | undefined {
  const isFine = /^\d{1,6}$/.test(text) && Number(text) <= MOST
  return isFine ? undefined : `must be a whole number from 0 to ${MOST}`
}

function printTable({ contacts, total }: Page): void {
  print(totalLine(total, contacts.length))
  for (const line of table(contacts.map(rowOf))) print(line)
}

function printJson({ contacts, total }: Page): void {
  printError(totalLine(total, contacts.length))
  for (const contact of contacts) {
    print(visibleJson(JSON.stringify(toDumpDocument(contact))))
  }
}

function totalLine(total: number, shown: number): string {
  const contacts = total === 1 ? '1 contact' : `${total} contacts`
  return shown < total ? `${contacts}, the first ${shown}:` : contacts
}

function rowOf({ id, name = '', emails = [], phones = [] }: Contact): string[] {
  const addresses = emails.map(({ address }) => address).join(', ')
  const numbers = phones.map(({ phoneNumber }) => phoneNumber).join(', ')
  return [...[name, addresses, numbers].map((text) => cut(visible(text), CELL_WIDTH)), visible(id)]
}
