// Programs that are measured run as processes of their own, as they do in real life: servers that print a line when they
// listen, and commands that run to their end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cpuSecondsOf, machineCpuSeconds, memoryOf } from './process-usage.ts'

/** A server that accepts requests. */
export interface Server extends AsyncDisposable {
  readonly pid: number
  /** As `http://HOST:PORT`. */
  readonly url: string
  /** When the process was started, by `performance.now()`. */
  readonly startedAt: number
  /** When it said that it listens. */
  readonly listeningAt: number
}

/** A command that has ended. */
export interface Finished {
  readonly exitCode: number
  readonly seconds: number
  /** The most memory that was resident; `undefined` where the system does not tell. */
  readonly peakBytes: number | undefined
  /** Processor time it took, on all cores, give or take a look's length; `undefined` likewise. */
  readonly cpuSeconds: number | undefined
  /** Cores that something else kept busy meanwhile, this process included; `undefined` likewise. */
  readonly otherCores: number | undefined
  /** What it wrote on standard error. */
  readonly stderr: string
}

const PROGRAM = fileURLToPath(new URL('../bin/omnidex.js', import.meta.url))
const BARE_SERVER = fileURLToPath(new URL('./bare-server.ts', import.meta.url))

/** Milliseconds between looks at a command. The system adds up and keeps the peak, so the last look tells all. */
const LOOK_MS = 50

/** The administrator of every directory that is measured. */
export const ADMINISTRATOR = { user: 'admin', password: 'only for benchmarks' }

/**
 * Omnidex on a free port, with no limit on the rate of requests.
 * @param db  as `--db` takes it
 */
export function startOmnidex(db: string, ...flags: string[]): Promise<Server> {
  const serve = ['serve', '--port', '0', '--host', '127.0.0.1', '--rate-limit', '0', '--log-level', 'warn']
  return startServer([PROGRAM, ...serve, '--db', db, ...flags])
}

/** A server that knows nothing but the replies in the file. */
export function startBareServer(repliesFile: string): Promise<Server> {
  return startServer([BARE_SERVER, repliesFile])
}

/** Runs a command of Omnidex to its end. */
export async function runOmnidex(...args: string[]): Promise<Finished> {
  const startedAt = performance.now()
  const child = start([PROGRAM, ...args])
  const stderr = collect(child)
  const machineBefore = machineCpuSeconds()
  let peakBytes: number | undefined
  let cpuSeconds: number | undefined
  const look = setInterval(() => {
    peakBytes = memoryOf(pidOf(child))?.peakBytes ?? peakBytes
    cpuSeconds = cpuSecondsOf(pidOf(child)) ?? cpuSeconds
  }, LOOK_MS)
  const [exitCode] = await once(child, 'close')
  clearInterval(look)
  const seconds = (performance.now() - startedAt) / 1_000
  const machineSeconds = difference(machineCpuSeconds(), machineBefore)
  const otherSeconds = difference(machineSeconds, cpuSeconds)
  const otherCores = otherSeconds === undefined ? undefined : Math.max(0, otherSeconds) / seconds
  return { exitCode: exitCode ?? 1, seconds, peakBytes, cpuSeconds, otherCores, stderr: stderr() }
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

async function startServer(args: readonly string[]): Promise<Server> {
  const startedAt = performance.now()
  const child = start(args)
  const stderr = collect(child)
  const url = await Promise.race([addressFrom(child), once(child, 'exit')])
  if (typeof url !== 'string') throw new Error(`the server ended before it listened:\n${stderr()}`)
  return {
    pid: pidOf(child),
    url,
    startedAt,
    listeningAt: performance.now(),
    [Symbol.asyncDispose]: () => stop(child),
  }
}

function start(args: readonly string[]): ChildProcess {
  const env = { ...process.env, ADMIN_PASS: ADMINISTRATOR.password }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  child.stdout?.resume()
  return child
}

async function addressFrom(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no standard output')
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const url = line.match(/ listening on (http:\S+)$/)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Keeps reading, so that the child is never held up by a full pipe. */
function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-10_000)
  })
  return () => text
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process could not be started')
  return pid
}
