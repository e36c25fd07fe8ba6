// SQLite's trigram index (FTS5) over all values of a contact, with LIKE for texts too short to have a trigram. Values
// and texts are folded on their way in, so that case-sensitive matching is exact, and quicker than any other.

import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Contact, searchableTexts } from '../../src/contact.ts'
import { foldCase } from '../../src/search/search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { type Answer, type Engine, PAGE } from './engine.ts'
import { containing, SEPARATOR } from './pattern.ts'

const POPULATIONS = ['known', 'unknown'] as const
type Population = (typeof POPULATIONS)[number]

/** Everything is cached, nothing has to survive a crash. */
const PRAGMAS = `
  PRAGMA cache_size = -2000000; -- kilobytes
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA case_sensitive_like = ON;`

const TABLES = (population: Population) => `
  CREATE TABLE ${population} (
    number INTEGER PRIMARY KEY,
    id     TEXT NOT NULL,
    name   TEXT NOT NULL,
    text   TEXT NOT NULL -- all values, folded, with separators between them
  );
  CREATE VIRTUAL TABLE ${population}_text USING fts5(
    text, content = ${population}, content_rowid = number, columnsize = 0, tokenize = 'trigram case_sensitive 1'
  );`

/** The index of names holds the text as well: a page of a frequent text is read from it alone. */
const INDEXES = (population: Population) => `
  CREATE INDEX ${population}_by_name ON ${population} (name, id, text);
  INSERT INTO ${population}_text (${population}_text) VALUES ('rebuild');
  INSERT INTO ${population}_text (${population}_text) VALUES ('optimize');`

const COUNT_BY_WALK = `SELECT count(*) AS total FROM known WHERE text LIKE ? ESCAPE '\\'`
const COUNT_BY_TRIGRAM = 'SELECT count(*) AS total FROM known_text WHERE known_text MATCH ?'

const PAGE_BY_WALK = `
  SELECT id FROM known INDEXED BY known_by_name WHERE text LIKE ? ESCAPE '\\' ORDER BY name, id LIMIT ${PAGE}`
const PAGE_BY_TRIGRAM = `
  SELECT known.id FROM known_text JOIN known ON known.number = known_text.rowid
  WHERE known_text MATCH ? ORDER BY known.name, known.id LIMIT ${PAGE}`

export class SqliteEngine implements Engine {
  readonly #directory = temporaryDirectory()
  readonly #database = new DatabaseSync(join(this.#directory.path, 'contacts.db'))
  readonly #statements = new Map<string, StatementSync>()
  #known = 0

  fill(contacts: Iterable<Contact>): void {
    this.#database.exec(PRAGMAS)
    for (const population of POPULATIONS) this.#database.exec(TABLES(population))
    this.#database.exec('BEGIN')
    for (const contact of contacts) this.#insert(contact)
    this.#database.exec('COMMIT')
    for (const population of POPULATIONS) this.#database.exec(INDEXES(population))
    this.#database.exec('ANALYZE')
    this.#known = this.#number('SELECT count(*) FROM known')
  }

  search(text: string): Answer {
    const folded = foldCase(text)
    const pattern = containing(folded)
    if ([...folded].length < 3) {
      return { total: this.#number(COUNT_BY_WALK, pattern), ids: this.#ids(PAGE_BY_WALK, pattern) }
    }
    const phrase = `"${folded.replaceAll('"', '""')}"`
    const total = this.#number(COUNT_BY_TRIGRAM, phrase)
    const ids = this.#isFrequent(total)
      ? this.#ids(PAGE_BY_WALK, pattern)
      : this.#ids(PAGE_BY_TRIGRAM, phrase)
    return { total, ids }
  }

  /** The file, which the cache has room for. */
  outsideBytes(): number {
    return this.#number('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close()
    this.#directory[Symbol.dispose]()
  }

  #insert(contact: Contact): void {
    const population: Population = contact.unknown ? 'unknown' : 'known'
    const text = searchableTexts(contact).map(foldCase).join(SEPARATOR)
    const insert = this.#prepared(`INSERT INTO ${population} (id, name, text) VALUES (?, ?, ?)`)
    insert.run(contact.id, contact.name ?? '', text)
  }

  /** Whether a walk along the names meets a page of hits sooner than all hits are sorted. */
  #isFrequent(total: number): boolean {
    return total * total > PAGE * this.#known
  }

  #ids(sql: string, text: string): string[] {
    return this.#prepared(sql)
      .all(text)
      .map(({ id }) => String(id))
  }

  #number(sql: string, ...texts: string[]): number {
    return Number(Object.values(this.#prepared(sql).get(...texts) ?? {})[0])
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
