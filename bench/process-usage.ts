// What a running process has taken of the machine, as Linux tells it. Elsewhere nothing is known, and tables say so.

import { readFileSync } from 'node:fs'

export interface Memory {
  /** Resident now. */
  readonly bytes: number
  /** The most that was ever resident. */
  readonly peakBytes: number
}

export function memoryOf(pid: number): Memory | undefined {
  const status = read(`/proc/${pid}/status`)
  const kilobytes = (field: string) => Number(status?.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1])
  const memory = { bytes: kilobytes('VmRSS') * 1024, peakBytes: kilobytes('VmHWM') * 1024 }
  return Number.isNaN(memory.peakBytes) ? undefined : memory
}

/** Linux counts in hundredths of a second, on every processor Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time so far, of all threads, in user and kernel mode. */
export function cpuSecondsOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the name in parentheses and may hold anything; user and kernel time are fields 14 and 15.
  const [, , , , , , , , , , , user, kernel] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(user) + Number(kernel)) / TICKS_PER_SECOND
}

/** Seconds of processor time that everything on the machine has taken so far, on all cores together. */
export function machineCpuSeconds(): number | undefined {
  const [, user, nice, kernel, , , interrupts, softInterrupts] =
    read('/proc/stat')?.split('\n', 1)[0]?.split(/\s+/).map(Number) ?? []
  const ticks = [user, nice, kernel, interrupts, softInterrupts].reduce<number>(
    (sum, value) => sum + (value ?? Number.NaN),
    0,
  )
  return Number.isNaN(ticks) ? undefined : ticks / TICKS_PER_SECOND
}

/** Reading /proc never waits for a disk, so it is done at once. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
