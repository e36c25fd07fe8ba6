// The real program, as a child process, on directories of its own.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/omnidex.js', import.meta.url))

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** All of standard input; it is at its end at once when absent. */
  readonly input?: string | Uint8Array
}

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that was started and has not been waited for. */
export interface Running {
  readonly child: ChildProcess
  readonly result: Promise<Result>
}

/** Starts `omnidex ARGS...`, which sees no setting of this process's environment. */
export function start(args: readonly string[], env: RunOptions['env'] = {}): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
  })
  // A child that ended before it read everything.
  child.stdin.on('error', () => undefined)
  return { child, result: resultOf(child) }
}

/** Runs `omnidex ARGS...` to its end. */
export function run(args: readonly string[], { env, input = '' }: RunOptions = {}): Promise<Result> {
  const { child, result } = start(args, env)
  child.stdin?.end(input)
  return result
}

/** Why `onTerminal` cannot be had, or `false`: util-linux brings the program that makes a terminal for a child. */
export const noScript: string | false =
  spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
    ? false
    : 'there is no script(1) of util-linux'

/** Runs `omnidex ARGS...` on a terminal of its own, where both outputs are one. */
export function onTerminal(args: readonly string[]): Promise<Result> {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] })
  return resultOf(child)
}

async function resultOf(child: ChildProcess): Promise<Result> {
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

/** What the stream has said so far, whenever asked. */
function textOf(stream: ChildProcess['stdout']): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  return () => text
}

/** A folder for one test file; `remove` it afterwards. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'omnidex-test-'))
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export interface ServerProgram {
  readonly child: ChildProcess
  readonly url: string
  get(path: string, token: ApiToken): Promise<{ status: number; body: Record<string, unknown> }>
  stop(): Promise<Result>
}

export interface ApiToken {
  readonly userId: string
  readonly authToken: string
}

/** Starts `omnidex serve` on a free port; resolves when it has said that it listens. */
export async function serve(args: readonly string[], env: RunOptions['env'] = {}): Promise<ServerProgram> {
  const { child, result } = start(['serve', '--port', '0', ...args], env)
  const url = await Promise.race([readyLine(child), result.then(refusal)])
  return {
    child,
    url,
    async get(path, { userId, authToken }) {
      const headers = { 'X-User-Id': userId, 'X-Auth-Token': authToken }
      const reply = await fetch(`${url}/api/v1/${path}`, { headers })
      return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
    },
    stop() {
      child.kill('SIGTERM')
      return result
    },
  }
}

function readyLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (piece: string) => {
      text += piece
      const url = /^omnidex listening on (\S+)\n/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

function refusal({ code, stderr }: Result): never {
  throw new Error(`the server ended with ${code}: ${stderr}`)
}

/** Asks again until it is so; fails after `withinMs`. */
export async function until(
  isSo: () => Promise<boolean> | boolean,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}
