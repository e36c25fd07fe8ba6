// Ten lines with omnidex/search: what a page of contacts needs. Run `npm run build` first.
import { SearchIndex } from 'omnidex/search'

const index = new SearchIndex()
for (const [id, name] of ['Ada Lovelace', 'Grace Hopper', 'Adele Goldberg', 'Çınar Özgür'].entries()) {
  index.put({ id: String(id), unknown: false, texts: [name, `+49 30 ${id}79`], record: { name } })
}
index.settle()
for (const text of ['a', 'ADE', 'özg', '079', 'nobody']) {
  const { total, ids, work } = index.search({ text, unknown: false, order: [], offset: 0, count: 50 })
  process.stdout.write(`${text}: ${total} [${ids}], ${work.verified} compared\n`)
}
