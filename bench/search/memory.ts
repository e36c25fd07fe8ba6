// What this process holds, once all garbage is gone. Takes node --expose-gc.

import { setImmediate as turn } from 'node:timers/promises'

export interface MemoryInUse {
  /** In JavaScript's heap and in buffers; Node does not count shared ones. */
  readonly bytes: number
  /** Resident: all of the process, with room that it has not given back. */
  readonly residentBytes: number
}

export async function memoryInUse(): Promise<MemoryInUse> {
  if (globalThis.gc === undefined) throw new Error('memory is measured under node --expose-gc')
  globalThis.gc()
  await turn() // What the first collection only marked for finalizers goes with the second.
  globalThis.gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { bytes: heapUsed + external, residentBytes: rss }
}
