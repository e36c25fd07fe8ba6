// npm run docs: writes the tables of docs/ anew.

import { writeFileSync } from 'node:fs'
import { PAGES, pageWithTable } from './docs-tables.ts'

for (const [name, { page }] of Object.entries(PAGES)) writeFileSync(page, pageWithTable(name))
