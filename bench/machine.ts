// The machine that figures were measured on: enough to judge them, nothing that tells whose machine it is.

import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os'

export interface Machine {
  readonly cpu: string
  /** Cores this process may use. */
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  /** Processes that wanted a core in the minute before the run: other work on the machine spoils figures. */
  readonly loadBefore: number
  /** ISO 8601, when the run began. */
  readonly date: string
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    date: new Date().toISOString(),
  }
}

/** All of it in one line. */
export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryBytes, system, node, loadBefore, date } = machine
  const memory = `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`
  const load = `load before the run ${loadBefore.toFixed(1)}`
  return `${cpu}, ${cores} cores, ${memory}, ${system}, Node ${node}, ${date.slice(0, 10)}, ${load}`
}
