// Other processes at the same database: real ones, so that locks and sudden deaths are real.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** Lines of its standard output, as they come. */
  readonly lines: AsyncIterable<string>
  /** Resolves when it has ended and all of its output was read. */
  readonly ended: Promise<unknown>
}

/** Runs a program of this folder; its standard error goes to ours. */
export function runChild(program: string, ...args: string[]): Child {
  return asChild(
    spawn(process.execPath, [pathTo(program), ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}

/** The same, on a disk where no file may grow beyond a size: writes past it fail with a real I/O error. */
export function runChildWithFileLimit(kibibytes: number, program: string, ...args: string[]): Child {
  // POSIX counts in blocks of 512 bytes, bash in kibibytes unless it is called sh.
  const script = `ulimit -f ${kibibytes * 2}; exec "$0" "$@"`
  const command = ['-c', script, process.execPath, pathTo(program), ...args]
  return asChild(spawn('sh', command, { stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** All lines until the child ends by itself. */
export async function linesOf(child: Child): Promise<string[]> {
  const lines: string[] = []
  for await (const line of child.lines) lines.push(line)
  await child.ended
  return lines
}

function asChild(process: ChildProcess): Child {
  if (!process.stdout) throw new Error('the child has no standard output')
  return { process, lines: createInterface({ input: process.stdout }), ended: once(process, 'close') }
}

function pathTo(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url))
}
