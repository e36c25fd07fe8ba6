// The program as an object: openApp joins the parts, close takes them apart. The one place that knows them all.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { Access, type FirstAdministrator } from './access/access.ts'
import type { Config } from './config.ts'
import { SEARCHABLE_TEXTS_VERSION } from './contact.ts'
import type { ContactSearch } from './contact-search.ts'
import { CustomFields } from './custom-fields.ts'
import { DatabaseSearch } from './database-search.ts'
import { loadDemo } from './demo/load.ts'
import { Directory, type DirectoryOptions } from './directory.ts'
import { IndexReport } from './doctor/index-report.ts'
import { errors } from './errors.ts'
import { Metrics, type MirrorGauges } from './http/metrics.ts'
import { createServer, type MirrorRules } from './http/server.ts'
import { Intake } from './intake/intake.ts'
import { MemorySearch } from './memory-search.ts'
import { meteorId } from './meteor-id.ts'
import { Settings } from './settings.ts'
import { openPostgresStore } from './store/postgres.ts'
import { openSqliteStore } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { Uploads } from './transfer/upload.ts'
import { Snapshots } from './upkeep/snapshots.ts'
import { ContactPages } from './upstream/contact-pages.ts'
import { Courier, type CourierOptions } from './upstream/courier.ts'
import { Mirror, type MirrorOptions } from './upstream/mirror.ts'
import { readMirrorState } from './upstream/mirror-state.ts'
import { MirrorWatch } from './upstream/mirror-watch.ts'
import { Replica } from './upstream/replica.ts'
import { type Credentials, MIRROR_HEADER, Upstream } from './upstream/upstream.ts'
import { UpstreamGate } from './upstream/upstream-gate.ts'

export { randomPassword } from './access/access.ts'
export type { User } from './store/store.ts'

export interface AppOptions {
  /** Where time comes from. Default: the clock. */
  readonly now?: () => Date
  /** Where log lines go. Default: standard error. */
  readonly log?: DestinationStream
}

/** A server that accepts requests. */
export interface App {
  readonly config: Config
  /** As `http://HOST:PORT`, with the port that was really taken. */
  readonly url: string
  readonly access: Access
  readonly directory: Directory
  readonly intake: Intake
  readonly settings: Settings
  readonly customFields: CustomFields
  readonly indexReport: IndexReport
  readonly uploads: Uploads
  /** What is written here directly is found after `refresh`, or at the feed's next look. */
  readonly store: Store
  /** The administrator this start created, if it did; a generated password is known nowhere else. */
  readonly newAdministrator:
    | { readonly username: string; readonly generatedPassword: string | undefined }
    | undefined
  /** Resolves once the index serves; rejects when the directory cannot be read. */
  readonly ready: Promise<void>
  /** Resolves once the index has all that is in the store now. */
  refresh(): Promise<void>
  /** Answers what was asked already, takes nothing new, lets go of the database. */
  close(): Promise<void>
}

/**
 * Starts a server.
 * @throws store-in-use, store-too-new, store-foreign, store-corrupt, store-unavailable, port-unavailable, mirror-owned,
 *   mirror-elsewhere, mirror-not-empty
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const store = await openStore(config, { exclusive: true })
  try {
    return await serve(config, store, options)
  } catch (error) {
    await store.close()
    throw error
  }
}

export interface StoreOptions {
  /** As the one server of this database. Default false: beside a running server. */
  readonly exclusive?: boolean
  /** To import much. Default false. */
  readonly bulk?: boolean
  /** Refuse to make a new database. Default false. */
  readonly mustExist?: boolean
}

/**
 * The store alone, for commands.
 * @throws store-missing, store-in-use, store-too-new, store-foreign, store-corrupt, store-unavailable
 */
export async function openStore(
  { db, citus = false }: Pick<Config, 'db'> & Partial<Pick<Config, 'citus'>>,
  { exclusive = false, bulk = false, mustExist = false }: StoreOptions = {},
): Promise<Store> {
  if (db.kind === 'postgres') return openPostgresStore(db, { citus })
  const { path } = db
  if (mustExist && path !== ':memory:' && !existsSync(path)) throw errors.storeMissing({ path })
  return openSqliteStore(path, { exclusive, bulk })
}

/** An empty store on disk that nobody else has, until it is removed. */
export async function openScratch(): Promise<{ store: Store; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'omnidex-'))
  const store = await openSqliteStore(join(folder, 'scratch.db'), { bulk: true })
  return {
    store,
    async remove() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Makes the roles and permissions that every directory has, where they are not there yet. */
export function ensureDefaults(store: Store): Promise<void> {
  return new Access({ store, now: clock }).ensureDefaults()
}

/** Who may do what, for commands that run beside a server. */
export interface AccessDesk {
  readonly access: Access
  readonly contacts: Store['contacts']
  close(): Promise<void>
}

/** @throws as `openStore` */
export async function openAccess(config: Config, options: StoreOptions = {}): Promise<AccessDesk> {
  const store = await openStore(config, options)
  const access = new Access({ store, now: clock })
  try {
    await access.ensureDefaults()
  } catch (error) {
    await store.close()
    throw error
  }
  return { access, contacts: store.contacts, close: () => store.close() }
}

/** A directory with an index of its own, for commands that search beside a server. */
export interface DirectoryDesk {
  readonly directory: Directory
  readonly customFields: CustomFields
  close(): Promise<void>
}

/**
 * Resolves once the directory can be searched.
 * @throws as `openStore`
 */
export async function openDirectory(config: Config, options: StoreOptions = {}): Promise<DirectoryDesk> {
  const store = await openStore(config, options)
  let search: ContactSearch | undefined
  const close = async () => {
    await search?.stop()
    await store.close()
  }
  try {
    search = await searchOfCommand(config, store)
    await search.start()
  } catch (error) {
    await close()
    throw error
  }
  const access = new Access({ store, now: clock })
  const customFields = new CustomFields(store.customFields, clock)
  return { directory: directoryOf(store, access, { search, customFields, now: clock }), customFields, close }
}

/** The database's own search needs no filling; a command makes none where there is none. */
async function searchOfCommand(config: Config, store: Store): Promise<ContactSearch> {
  const { contacts, search } = store
  if (search !== undefined && (await search.isReady())) {
    return new DatabaseSearch({ store: { contacts, search }, onError: ignore })
  }
  return new MemorySearch({
    store,
    snapshots: snapshotsOf(config, store),
    saves: false,
    onFeedError: ignore, // The index is as good as it was a moment ago.
    onUpkeepError: ignore, // And as quick.
  })
}

async function serve(
  config: Config,
  store: Store,
  { now = clock, log = destination(2) }: AppOptions,
): Promise<App> {
  const logger = pino({ level: config.logLevel, serializers: { req: requestForLog } }, log)
  await assertUpstream(config, store)
  const access = new Access({ store, now })
  await access.ensureDefaults()
  // Those who use a mirror log in at its upstream.
  const firstAdministrator =
    config.upstream === undefined ? await access.ensureAdministrator(administratorOf(config)) : undefined
  const mirror =
    config.upstream === undefined ? undefined : await mirrorOf(config.upstream, config, store, logger, now)
  const customFields = new CustomFields(store.customFields, now)
  if (config.demo > 0) await loadDemo(config.demo, { store, customFields, users: access.users })

  const isReady = () => search.serving && mirror?.watch.serves !== false
  const search = searchOfServer(config, store, logger, (seconds) => metrics.observeSearch(seconds))
  const directory = directoryOf(store, access, { search, customFields, now })
  const settings = new Settings(store.settings)
  const intake = new Intake({
    store,
    search,
    customFields,
    settings,
    hasAgent: () => access.users.hasAvailableAgent(),
    userIdOf: async (username) => (await access.users.find({ username }))?.id,
    onMade: (kind, count) => metrics.countMade(kind, count),
    newId,
    newRoomId: meteorId,
    now,
  })
  const metrics = new Metrics({
    contacts: () => search.size,
    feedPosition: () => search.position,
    ready: isReady,
    ...(mirror && { mirror: gaugesOf(mirror.watch) }),
  })
  const uploads = new Uploads({
    store,
    customFields,
    openScratch,
    maxBytes: config.maxImportBytes,
    now,
    refresh: async () => search.reached(await store.contacts.lastSeq()),
  })
  const indexReport = new IndexReport(() => search.fingerprints())
  let url = ''
  const server = createServer({
    services: {
      directory,
      intake,
      settings,
      customFields,
      access,
      indexReport,
      uploads,
      counts: config,
      rootUrl: () => config.rootUrl ?? url,
    },
    metrics,
    ready: isReady,
    logger,
    now,
    rateLimit: config.rateLimit,
    intakeRateLimit: config.intakeRateLimit,
    intakeSecret: config.intakeSecret,
    maxBodyBytes: config.maxBodyBytes,
    requestTimeoutMs: config.requestTimeoutMs,
    corsOrigins: config.corsOrigins,
    proxies: config.proxies,
    ...(mirror && { mirror: mirror.rules }),
  })
  url = await listen(server, config)
  const ready = search.start()
  ready.catch(() => undefined) // Whoever awaits `ready` hears of it; nobody else should crash.

  // What failed now is tried again in an hour, and harms nobody until then.
  const housekeeping = setInterval(() => access.forgetExpiredTokens().catch(ignore), HOUR_MS)
  housekeeping.unref()

  return {
    config,
    url,
    access,
    directory,
    intake,
    settings,
    customFields,
    indexReport,
    uploads,
    store,
    newAdministrator: firstAdministrator && {
      username: config.adminUsername,
      generatedPassword: firstAdministrator.generatedPassword,
    },
    ready,
    async refresh() {
      await search.reached(await store.contacts.lastSeq())
    },
    async close() {
      clearInterval(housekeeping)
      await server.close()
      mirror?.watch.stop()
      await search.stop()
      await store.close()
    },
  }
}

/**
 * A directory is a mirror of one upstream, or of none and its own.
 * @throws mirror-owned, mirror-elsewhere, mirror-not-empty
 */
async function assertUpstream({ upstream }: Config, store: Store): Promise<void> {
  const state = await readMirrorState(store.settings)
  if (upstream === undefined && state !== undefined) throw errors.mirrorOwned({ upstream: state.upstream })
  if (upstream === undefined || state?.upstream === upstream) return
  if (state !== undefined) throw errors.mirrorElsewhere({ upstream: state.upstream, asked: upstream })
  const contacts = await store.contacts.count()
  if (contacts > 0) throw errors.mirrorNotEmpty({ contacts })
}

/**
 * For whoever brings contacts into a directory.
 * @throws mirror-owned
 */
export async function assertNoMirror(store: Store): Promise<void> {
  const state = await readMirrorState(store.settings)
  if (state !== undefined) throw errors.mirrorOwned({ upstream: state.upstream })
}

/** What a server has that is a mirror. */
async function mirrorOf(
  url: string,
  { upstreamTrust, maxLag }: Config,
  store: Store,
  logger: Logger,
  now: () => Date,
): Promise<{ watch: MirrorWatch; rules: MirrorRules }> {
  const watch = new MirrorWatch({ upstream: url, settings: store.settings, maxLagMs: maxLag * 1_000, now })
  await watch.start()
  const gate = new UpstreamGate({
    // Somebody waits for the answer.
    upstream: new Upstream({ url, timeoutMs: 10_000, now }),
    trustMs: upstreamTrust * 1_000,
    now,
    onTrouble: (reason) => logger.warn({ reason }, 'the upstream could not be asked who a caller is'),
  })
  return {
    watch,
    rules: { upstream: url, header: MIRROR_HEADER, gate, assertServes: () => watch.assertServes() },
  }
}

function gaugesOf(watch: MirrorWatch): MirrorGauges {
  const state = () => watch.state
  return {
    lagSeconds: () => watch.lagMs / 1_000,
    upstreamContacts: () => state()?.total ?? 0,
    passProgress: () => Math.min(1, (state()?.pass?.seen ?? 0) / Math.max(1, state()?.total ?? 0)),
    removed: () => state()?.removed ?? 0,
    rejected: () => state()?.rejected ?? 0,
  }
}

export type { MirrorState } from './upstream/mirror-state.ts'

export interface MirrorDeskOptions
  extends Omit<CourierOptions, 'upstream'>,
    Pick<MirrorOptions, 'pace' | 'onProgress' | 'onRejected' | 'onStoreTrouble'> {
  readonly upstream: string
  readonly as: Credentials
}

/** What `omnidex erase` works with. */
export interface Eraser {
  readonly store: Pick<Store, 'contacts' | 'conversations' | 'compact'>
  /** The database's own, and those of the index beside it; none where the database is a server's. */
  files(): Promise<string[]>
  /** Removes the index on disk: a start makes it anew. */
  forgetIndex(): Promise<void>
  close(): Promise<void>
}

/** @throws as `openStore`, mirror-owned, store-in-use while a server has the database */
export async function openEraser(config: Config): Promise<Eraser> {
  const store = await openStore(config, { exclusive: true, mustExist: true })
  const snapshots = snapshotsOf(config, store)
  try {
    await assertNoMirror(store)
  } catch (error) {
    await store.close()
    throw error
  }
  return {
    store,
    files: async () => [
      ...(config.db.kind === 'sqlite' ? await filesOf(config.db.path) : []),
      ...(snapshots === undefined ? [] : await filesIn(snapshots.folder)),
    ],
    forgetIndex: () => snapshots?.forget() ?? store.snapshots.forgetAll(),
    close: () => store.close(),
  }
}

/** A database file and those that SQLite keeps beside it. */
async function filesOf(path: string): Promise<string[]> {
  const names = await readdir(dirname(path))
  const own = ['', '-wal', '-shm', '-journal'].map((ending) => basename(path) + ending)
  return names.filter((name) => own.includes(name)).map((name) => join(dirname(path), name))
}

async function filesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name))
}

/** What keeps a directory equal to an upstream's contacts, beside the servers that answer from it. */
export interface MirrorDesk {
  readonly mirror: Mirror
  close(): Promise<void>
}

/** @throws as `openStore`, mirror-elsewhere, mirror-not-empty */
export async function openMirror(
  config: Pick<Config, 'db'>,
  options: MirrorDeskOptions,
): Promise<MirrorDesk> {
  const { upstream: url, as, signal, onAway, onBack, onWait, ...rest } = options
  const store = await openStore(config)
  const upstream = new Upstream({ url, now: clock })
  const courier = new Courier({
    upstream,
    signal,
    ...(onAway && { onAway }),
    ...(onBack && { onBack }),
    ...(onWait && { onWait }),
  })
  try {
    const mirror = await Mirror.open({
      ...rest,
      store,
      replica: new Replica(store, clock),
      pages: new ContactPages(courier, upstream, as),
      upstream: url,
      run: newId(),
      cost: () => courier,
      now: clock,
    })
    return { mirror, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The directory over a store; it serves once its search has started. */
function directoryOf(
  store: Store,
  access: Access,
  { search, ...parts }: Pick<DirectoryOptions, 'search' | 'customFields' | 'now'>,
): Directory {
  return new Directory({
    ...parts,
    store,
    settings: new Settings(store.settings),
    search,
    isAgent: async (id) => (await access.users.findInRole('livechat-agent', id)) !== undefined,
    newId,
  })
}

function newId(): string {
  return randomBytes(12).toString('hex')
}

/** Beside a SQLite database, unless told where; one that is only in memory keeps no index either. */
function snapshotsOf({ db, indexFolder }: Config, store: Store): Snapshots | undefined {
  const beside = db.kind === 'sqlite' && db.path !== ':memory:' ? `${db.path}-index` : undefined
  const folder = indexFolder ?? beside
  if (folder === undefined) return undefined
  return new Snapshots(folder, store.snapshots, SEARCHABLE_TEXTS_VERSION)
}

function searchOfServer(
  config: Config,
  store: Store,
  logger: Logger,
  onSearch: (seconds: number) => void,
): ContactSearch {
  const { contacts, search } = store
  if (config.search === 'database' && search !== undefined) {
    return new DatabaseSearch({
      store: { contacts, search },
      isPatient: true,
      onError: (err) => logger.error({ err }, 'the database could not be searched; it is asked again'),
      onSearch,
    })
  }
  return new MemorySearch({
    store,
    snapshots: snapshotsOf(config, store),
    isPatient: true,
    onFeedError: (err) => logger.error({ err }, 'the feed could not read changes; it tries again'),
    onUpkeepError: (err) =>
      logger.warn({ err }, 'the index could not be merged, read or written; it serves all the same'),
    onSearch,
  })
}

const HOUR_MS = 3_600_000

function ignore(): void {}

type Server = ReturnType<typeof createServer>

/** @throws port-unavailable */
async function listen(server: Server, { host, port }: Config): Promise<string> {
  try {
    await server.listen({ host, port })
  } catch (error) {
    throw errors.portUnavailable({ host, port, reason: (error as Error).message }, error)
  }
  const address = server.server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${name}:${address.port}`
}

function administratorOf(config: Config): FirstAdministrator {
  const { adminUsername: username, adminPassword: password, adminName: name, adminEmail: email } = config
  return { username, name, email, ...(password === undefined ? {} : { password }) }
}

/** Log lines name requests by their id alone: addresses carry search texts, headers carry tokens. */
function requestForLog({ id, method }: { id: string; method: string }): object {
  return { id, method }
}

function clock(): Date {
  return new Date()
}
