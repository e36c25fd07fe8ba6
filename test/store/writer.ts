// Writes contacts and says which writes were acknowledged: `ID REVISION` a line. Ends after COUNT contacts, or never.
// When a write is refused it prints `refused CODE` and ends.
//
//   node test/store/writer.ts ADDRESS PREFIX [COUNT]

import { writeSync } from 'node:fs'
import { OmnidexError } from '../../src/errors.ts'
import { aContact, openStore } from './stores.ts'

const [address = '', prefix = '', count = 'Infinity'] = process.argv.slice(2)
const IN_FLIGHT = 4

const store = await openStore(address)
let next = 0

/** Creates contacts and changes each once, one after the other. */
async function writeInTurn(): Promise<void> {
  for (let number = next++; number < Number(count); number = next++) {
    const id = `${prefix}-${number}`
    const seq = await store.contacts.create(revision(id, 1))
    say(`${id} 1`)
    await store.contacts.replace(revision(id, 2), seq)
    say(`${id} 2`)
  }
}

function revision(id: string, number: number) {
  const emails = [{ address: `${id}@${number}.example` }]
  return aContact(id, { name: `Revision ${number} ${'x'.repeat(500)}`, emails, activity: [String(number)] })
}

/** At once, past Node's buffers: what was said before a kill must have been said. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

try {
  await Promise.all(Array.from({ length: IN_FLIGHT }, writeInTurn))
  await store.close()
} catch (error) {
  say(`refused ${error instanceof OmnidexError ? error.code : error}`)
}
