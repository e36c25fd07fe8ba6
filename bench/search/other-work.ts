// What else ran on the machine while this process was measured: other work spoils figures.

import { machineCpuSeconds } from '../process-usage.ts'

/** Returns how to find out how many cores something else has kept busy since; `undefined` where the system does not tell. */
export function watchOtherCores(): () => number | undefined {
  const startedAt = performance.now()
  const before = otherCpuSeconds()
  return () => {
    const after = otherCpuSeconds()
    if (before === undefined || after === undefined) return undefined
    return (Math.max(0, after - before) * 1_000) / (performance.now() - startedAt)
  }
}

/** Seconds of processor time that other processes have taken so far. */
function otherCpuSeconds(): number | undefined {
  const machine = machineCpuSeconds()
  const { user, system } = process.cpuUsage()
  return machine === undefined ? undefined : machine - (user + system) / 1_000_000
}
