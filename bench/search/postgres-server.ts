// A PostgreSQL server of our own, from the binaries that Debian's package brings: on a socket in a private directory,
// in nobody's way, gone with everything it stored when it is disposed of.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { temporaryDirectory } from '../temporary.ts'

/** The package that has the server and its trigrams, pg_trgm. */
const PACKAGE = 'postgresql-15'

/** The one user of the server, who may do everything. */
export const POSTGRES_USER = 'bench'

export interface PostgresServer extends AsyncDisposable {
  /** Where the socket is: what clients take for the host. */
  readonly socketDirectory: string
}

/** Who runs the server: PostgreSQL refuses to run as root. */
type Owner = { readonly uid: number; readonly gid: number } | undefined

const MEGABYTE = 2 ** 20

/**
 * The directory of the server's binaries.
 * @throws Error that names the package, when there are none
 */
export function findPostgres(): string {
  const directory = commandOutput('pg_config', '--bindir') ?? `/usr/lib/postgresql/15/bin`
  if (existsSync(join(directory, 'postgres')) && existsSync(join(directory, 'initdb'))) return directory
  throw new Error(`the peer 'postgres' needs a PostgreSQL server: install Debian's package ${PACKAGE}`)
}

export async function startPostgres(): Promise<PostgresServer> {
  const binaries = findPostgres()
  const directory = temporaryDirectory()
  const owner = ownerOfServer()
  if (owner !== undefined) chownSync(directory.path, owner.uid, owner.gid)
  const options = { ...owner, cwd: directory.path }
  const data = join(directory.path, 'data')
  execFileSync(join(binaries, 'initdb'), [...INITDB, '--pgdata', data], { ...options, stdio: 'pipe' })
  const settings = Object.entries(settingsFor(directory.path, totalmem())).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...settings], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const quit = () => server.kill('SIGQUIT') // Its processes end at once; nothing they stored is wanted.
  process.once('exit', quit)
  await untilReady(server)
  return {
    socketDirectory: directory.path,
    async [Symbol.asyncDispose]() {
      process.off('exit', quit)
      quit()
      if (server.exitCode === null) await once(server, 'exit')
      directory[Symbol.dispose]()
    },
  }
}

/** The C locale of Unicode: names sort by code point, and letters of all scripts are letters to pg_trgm. */
const INITDB = [
  `--username=${POSTGRES_USER}`,
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C.UTF-8',
  '--no-sync',
] as const

/** For a machine whose memory holds all contacts, and which has nothing else to do. */
function settingsFor(directory: string, memoryBytes: number): Record<string, string | number> {
  const quarter = Math.floor(memoryBytes / 4 / MEGABYTE)
  return {
    listen_addresses: '',
    unix_socket_directories: directory,
    shared_buffers: `${Math.min(4_096, quarter)}MB`,
    effective_cache_size: `${3 * quarter}MB`,
    work_mem: `${Math.min(256, quarter)}MB`,
    maintenance_work_mem: `${Math.min(1_024, quarter)}MB`,
    random_page_cost: 1.1, // All is cached.
    jit: 'off', // Compiling takes longer than it saves in queries this short.
    plan_cache_mode: 'force_custom_plan', // Which plan is best depends on the text.
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '8GB',
    autovacuum: 'off', // Done by hand, before it is measured.
  }
}

async function untilReady(server: ChildProcess): Promise<void> {
  let log = ''
  const ready = new Promise<'ready'>((resolve) => {
    createInterface({ input: server.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      log = `${log}${line}\n`.slice(-10_000)
      if (line.endsWith('database system is ready to accept connections')) resolve('ready')
    })
  })
  const outcome = await Promise.race([ready, once(server, 'exit')])
  if (outcome !== 'ready') throw new Error(`PostgreSQL ended before it was ready:\n${log}`)
}

/** Root hands the server to `nobody`; anybody else runs it themselves. */
function ownerOfServer(): Owner {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function commandOutput(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
