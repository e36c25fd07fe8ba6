// Opens a database as a server does, says `serving` or the code of the refusal, and stays until it is killed.
//
//   node test/store/server.ts PATH

import { OmnidexError } from '../../src/errors.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'

try {
  await openSqliteStore(process.argv[2] ?? '', { exclusive: true })
  process.stdout.write('serving\n')
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${error instanceof OmnidexError ? error.code : error}\n`)
}
