// Flags and environment to one frozen Config. The only reader of process.env; every setting stands in SETTINGS once,
// with its default and its meaning, and docs/config.md is held to that table by a test.

import { errors } from './errors.ts'

/** Everything a run can be told, checked and complete. */
export interface Config {
  readonly port: number
  readonly host: string
  readonly db: DatabaseAddress
  readonly search: 'memory' | 'database'
  /** Whether to spread contacts over a Citus cluster. */
  readonly citus: boolean
  /** Where the search index is kept between starts; default: beside a SQLite database, nowhere for PostgreSQL. */
  readonly indexFolder: string | undefined
  /** How clients reach this server, without a slash at the end; derived from host and port when absent. */
  readonly rootUrl: string | undefined
  readonly logLevel: LogLevel
  /** Contacts to generate into an empty directory; 0 for none. */
  readonly demo: number
  readonly adminUsername: string
  readonly adminPassword: string | undefined
  readonly adminName: string
  readonly adminEmail: string
  readonly defaultCount: number
  readonly maxCount: number
  readonly allowInfiniteCount: boolean
  /** Requests a user may make in a minute; 0 for no limit. */
  readonly rateLimit: number
  /** Requests an address may make in a minute of each route that takes conversations in; 0 for no limit. */
  readonly intakeRateLimit: number
  /** Whoever brings conversations must know it; `undefined` when anybody may. */
  readonly intakeSecret: string | undefined
  readonly maxBodyBytes: number
  /** Largest file that may be imported over HTTP. */
  readonly maxImportBytes: number
  readonly requestTimeoutMs: number
  /** Origins that browsers may call from: none when empty, `['*']` for all. Lower case. */
  readonly corsOrigins: readonly string[]
  /** Reverse proxies between clients and this server, each of which adds to X-Forwarded-For whom it heard. */
  readonly proxies: number
  /** The server whose contacts are mirrored here and who knows the callers, without a slash at the end; absent when there is none. */
  readonly upstream: string | undefined
  /** Seconds for which the upstream's word about a caller counts. */
  readonly upstreamTrust: number
  /** Seconds without news of the upstream after which a mirror refuses searches; 0 for never. */
  readonly maxLag: number
  /** Who mirrors, at the upstream. */
  readonly mirrorUserId: string | undefined
  readonly mirrorToken: string | undefined
}

/** Where contacts are kept. */
export type DatabaseAddress =
  | {
      readonly kind: 'sqlite'
      /** May be `:memory:`. */
      readonly path: string
    }
  | {
      readonly kind: 'postgres'
      /** With what is secret in it. */
      readonly url: string
      /** The same without: for messages. */
      readonly path: string
    }

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Setting<T> {
  /** Name on the command line, without the dashes; absent where only the environment may set it. */
  readonly flag?: string
  readonly env: string
  /** Said as a user would write it; `undefined` when the setting is simply absent. */
  readonly default: string | undefined
  /** One line for --help and docs/config.md, with the unit. */
  readonly meaning: string
  /** What stands for the value in --help; absent for switches. */
  readonly value?: string
  /** Value of the flag when it is given without one. */
  readonly bare?: string
  /** @throws Error whose message completes "NAME ..." */
  readonly parse: (text: string) => T
}

type Settings = { readonly [K in keyof Config]: Setting<Config[K]> }

export const SETTINGS: Settings = {
  port: {
    flag: 'port',
    env: 'PORT',
    default: '3000',
    value: 'PORT',
    meaning: 'TCP port to listen on; 0 picks a free one',
    parse: integer(0, 65_535),
  },
  host: {
    flag: 'host',
    env: 'HOST',
    default: '127.0.0.1',
    value: 'HOST',
    meaning: 'address to listen on; 0.0.0.0 for every interface',
    parse: nonEmpty,
  },
  db: {
    flag: 'db',
    env: 'OMNIDEX_DB',
    default: 'sqlite:data/omnidex.db',
    value: 'ADDRESS',
    meaning:
      'where contacts are kept: sqlite:FILE, sqlite::memory: to keep nothing, or postgres://USER:PASSWORD@HOST/NAME',
    parse: databaseAddress,
  },
  search: {
    flag: 'search',
    env: 'OMNIDEX_SEARCH',
    default: 'memory',
    value: 'WHERE',
    meaning:
      'where searches run: memory, an index inside the server, or database, which is PostgreSQL, for directories larger than that',
    parse: oneOf('memory', 'database'),
  },
  citus: {
    flag: 'citus',
    env: 'OMNIDEX_CITUS',
    default: 'false',
    value: '[BOOLEAN]',
    bare: 'true',
    meaning:
      'whether to spread contacts over the Citus cluster whose coordinator --db names, at the first start; they stay so',
    parse: boolean,
  },
  indexFolder: {
    flag: 'index-folder',
    env: 'OMNIDEX_INDEX_FOLDER',
    default: undefined,
    value: 'FOLDER',
    meaning:
      'where the search index is kept between starts, for one server alone; default FILE-index beside sqlite:FILE, nowhere for PostgreSQL',
    parse: nonEmpty,
  },
  rootUrl: {
    env: 'ROOT_URL',
    default: undefined,
    value: 'URL',
    meaning: 'address under which clients reach the server; default http://HOST:PORT',
    parse: httpUrl,
  },
  logLevel: {
    flag: 'log-level',
    env: 'LOG_LEVEL',
    default: 'info',
    value: 'LEVEL',
    meaning: 'least severe log line written: fatal, error, warn, info, debug, trace or silent',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  demo: {
    flag: 'demo',
    env: 'OMNIDEX_DEMO',
    default: '0',
    value: '[N]',
    bare: '10000',
    meaning: 'contacts to generate when the directory is empty; 10000 when N is left out',
    parse: integer(0, 10_000_000),
  },
  adminUsername: {
    env: 'ADMIN_USERNAME',
    default: 'admin',
    value: 'NAME',
    meaning: 'user name of the administrator that the first start creates',
    parse: nonEmpty,
  },
  adminPassword: {
    env: 'ADMIN_PASS',
    default: undefined,
    value: 'PASSWORD',
    meaning: "that administrator's password; a random one is printed once on standard error when absent",
    parse: nonEmpty,
  },
  adminName: {
    env: 'ADMIN_NAME',
    default: 'Administrator',
    value: 'NAME',
    meaning: "that administrator's full name",
    parse: nonEmpty,
  },
  adminEmail: {
    env: 'ADMIN_EMAIL',
    default: 'admin@localhost.localdomain',
    value: 'ADDRESS',
    meaning: "that administrator's e-mail address",
    parse: nonEmpty,
  },
  defaultCount: {
    flag: 'default-count',
    env: 'OMNIDEX_DEFAULT_COUNT',
    default: '50',
    value: 'N',
    meaning: 'contacts in a reply when the request names no count',
    parse: integer(1, 1_000_000),
  },
  maxCount: {
    flag: 'max-count',
    env: 'OMNIDEX_MAX_COUNT',
    default: '100',
    value: 'N',
    meaning: 'most contacts in a reply when the request asks for more',
    parse: integer(1, 1_000_000),
  },
  allowInfiniteCount: {
    flag: 'allow-infinite-count',
    env: 'OMNIDEX_ALLOW_INFINITE_COUNT',
    default: 'true',
    value: 'BOOLEAN',
    meaning: 'whether count=0 streams everything; otherwise it means the default count',
    parse: boolean,
  },
  rateLimit: {
    flag: 'rate-limit',
    env: 'OMNIDEX_RATE_LIMIT',
    default: '1200',
    value: 'N',
    meaning: 'requests a user may make in a minute; 0 for no limit',
    parse: integer(0, 1_000_000),
  },
  intakeRateLimit: {
    flag: 'intake-rate-limit',
    env: 'OMNIDEX_INTAKE_RATE_LIMIT',
    default: '5',
    value: 'N',
    meaning:
      'requests an address may make in a minute of each route that takes conversations in without a login; 0 for no limit, as behind a gateway that brings them all',
    parse: integer(0, 1_000_000),
  },
  intakeSecret: {
    env: 'OMNIDEX_INTAKE_SECRET',
    default: undefined,
    value: 'SECRET',
    meaning:
      'what those must send as X-Omnidex-Intake-Secret who bring conversations without a login: 16 or more letters, digits and signs of ASCII; anybody may when absent',
    parse: secret,
  },
  maxBodyBytes: {
    flag: 'max-body-bytes',
    env: 'OMNIDEX_MAX_BODY_BYTES',
    default: '1048576',
    value: 'BYTES',
    meaning: 'largest request body',
    parse: integer(1_024, 1_073_741_824),
  },
  maxImportBytes: {
    flag: 'max-import-bytes',
    env: 'OMNIDEX_MAX_IMPORT_BYTES',
    default: '1073741824',
    value: 'BYTES',
    meaning: 'largest file that contacts.import takes; it is put aside in the folder for temporary files',
    parse: integer(1_024, 1_099_511_627_776),
  },
  requestTimeoutMs: {
    flag: 'request-timeout-ms',
    env: 'OMNIDEX_REQUEST_TIMEOUT_MS',
    default: '30000',
    value: 'MS',
    meaning: 'milliseconds a client has to send a whole request',
    parse: integer(100, 3_600_000),
  },
  corsOrigins: {
    flag: 'cors-origins',
    env: 'OMNIDEX_CORS_ORIGINS',
    default: '',
    value: 'LIST',
    meaning: 'origins that browsers may call from, separated by commas; * for all, empty for none',
    parse: origins,
  },
  proxies: {
    flag: 'trust-proxy',
    env: 'OMNIDEX_TRUST_PROXY',
    default: '0',
    value: 'N',
    meaning:
      'reverse proxies in front of this server; so many of the last addresses in X-Forwarded-For are believed (true: 1)',
    parse: proxies,
  },
  upstream: {
    flag: 'upstream',
    env: 'OMNIDEX_UPSTREAM',
    default: undefined,
    value: 'URL',
    meaning:
      'Rocket.Chat whose contacts omnidex mirror keeps in this directory: callers log in there, writes are refused',
    parse: httpUrl,
  },
  upstreamTrust: {
    flag: 'upstream-trust',
    env: 'OMNIDEX_UPSTREAM_TRUST',
    default: '60',
    value: 'SECONDS',
    meaning:
      'seconds for which what the upstream says about a token counts; whatever it revokes ends within them',
    parse: integer(1, 3_600),
  },
  maxLag: {
    flag: 'max-lag',
    env: 'OMNIDEX_MAX_LAG',
    default: '600',
    value: 'SECONDS',
    meaning: 'seconds without news of the upstream after which a mirror answers 503; 0 for never',
    parse: integer(0, 31_536_000),
  },
  mirrorUserId: {
    flag: 'user-id',
    env: 'OMNIDEX_MIRROR_USER_ID',
    default: undefined,
    value: 'ID',
    meaning: 'for omnidex mirror: id of the user at the upstream as whom it asks',
    parse: nonEmpty,
  },
  mirrorToken: {
    flag: 'token',
    env: 'OMNIDEX_MIRROR_TOKEN',
    default: undefined,
    value: 'TOKEN',
    meaning:
      "for omnidex mirror: that user's personal access token; better in the environment, since everybody sees a command line",
    parse: nonEmpty,
  },
}

/** Settings that every command takes. */
export const COMMON_SETTINGS = ['db', 'logLevel'] as const satisfies readonly (keyof Config)[]

export type Flags = Readonly<Record<string, string | undefined>>

/**
 * Reads every setting from the flags, else the environment, else its default.
 * @param flags values by flag name
 * @param found mistakes found before, to be told with those found here
 * @throws config-invalid listing every mistake at once
 */
export function readConfig(
  flags: Flags = {},
  env: NodeJS.ProcessEnv = process.env,
  found: readonly string[] = [],
): Config {
  const problems = [...found]
  const entries = Object.entries(SETTINGS).map(([key, setting]) => [
    key,
    readOne(setting, flags, env, problems),
  ])
  const config = Object.fromEntries(entries) as Config
  if (config.db?.kind === 'sqlite') problems.push(...problemsOfSqlite(config))
  if (config.upstream !== undefined && config.demo > 0)
    problems.push('--demo would fill a directory that --upstream fills')
  if (problems.length > 0) throw errors.configInvalid({ problems })
  return Object.freeze(config)
}

function problemsOfSqlite({ search, citus }: Config): string[] {
  const problems = []
  if (search === 'database')
    problems.push('--search database needs --db postgres://...: SQLite cannot search')
  if (citus) problems.push('--citus needs --db postgres://... with the coordinator of a cluster')
  return problems
}

function readOne(
  setting: Setting<unknown>,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  problems: string[],
): unknown {
  const flag = setting.flag === undefined ? undefined : flags[setting.flag]
  // An empty variable counts as absent: that is how shells and compose files say "not set".
  const text = flag ?? (env[setting.env] || setting.default)
  if (text === undefined) return undefined
  try {
    return setting.parse(text)
  } catch (error) {
    problems.push(`${flag === undefined ? setting.env : `--${setting.flag}`} ${(error as Error).message}`)
    return undefined
  }
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new Error(`must be a whole number from ${least} to ${most}, not ${quoted(text)}`)
  }
}

function proxies(text: string): number {
  if (/^true$/i.test(text)) return 1
  return /^false$/i.test(text) ? 0 : integer(0, 16)(text)
}

function oneOf<const T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((choice) => choice === text)
    if (choice !== undefined) return choice
    throw new Error(`must be ${choices.join(' or ')}, not ${quoted(text)}`)
  }
}

function boolean(text: string): boolean {
  return oneOf('true', 'false')(text.toLowerCase() as 'true' | 'false') === 'true'
}

/** What a header can carry and nobody guesses. */
function secret(text: string): string {
  if (/^[!-~](?:[ -~]{14,}[!-~])$/.test(text)) return text
  throw new Error('must be 16 or more letters, digits and signs of ASCII')
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new Error('must not be empty')
  return text
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error(`must be an http or https address, not ${quoted(text)}`)
  }
  return text.replace(/\/+$/, '')
}

/** @throws Error whose message completes "--db ..." */
export function databaseAddress(text: string): DatabaseAddress {
  if (/^postgres(ql)?:/.test(text)) return postgresAddress(text)
  const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : ''
  // What is meant as an address may hold a password.
  const given = /[/@=]/.test(text) ? '' : `, not ${quoted(text)}`
  if (path === '') throw new Error(`must be sqlite:FILE or postgres://...${given}`)
  return { kind: 'sqlite', path }
}

/** The address may hold a password, so no message repeats it. */
function postgresAddress(url: string): DatabaseAddress {
  const { host = '', pathname = '', searchParams } = URL.canParse(url) ? new URL(url) : {}
  const name = pathname.slice(1)
  if (name === '') {
    throw new Error(
      'must be postgres://USER:PASSWORD@HOST:PORT/NAME; signs with a meaning in addresses are written %40 for @, %2F for /',
    )
  }
  return { kind: 'postgres', url, path: `postgres://${searchParams?.get('host') ?? host}/${name}` }
}

function origins(text: string): readonly string[] {
  const list = text.split(',').map((origin) => origin.trim().toLowerCase())
  return Object.freeze(list.filter((origin) => origin !== ''))
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
