// Load from autocannon: as many requests as a few connections get answered, one after the other on each.

import autocannon, { type Request } from 'autocannon'
import type { Server } from './child.ts'
import type { Headers } from './client.ts'
import { cpuSecondsOf, machineCpuSeconds } from './process-usage.ts'
import { quantile } from './statistics.ts'

export interface LoadOptions {
  readonly server: Server
  readonly headers: Headers
  /** Asked for in turn, over and over; each connection begins at another one. */
  readonly paths: readonly string[]
  readonly connections: number
  readonly seconds: number
}

/** What a load found out. */
export interface LoadResult {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /**
   * Processor time the server took for a request; `undefined` where the system does not tell. Other work hardly changes
   * it, but load does: a server that is never idle takes less for the same request than one that is woken for each.
   */
  readonly cpuMsPerRequest: number | undefined
  /** Cores that neither server nor client kept busy: other work, which slows the faster server most. */
  readonly otherCores: number | undefined
}

/** @throws Error unless every request was answered with 200 */
export async function load({
  server,
  headers,
  paths,
  connections,
  seconds,
}: LoadOptions): Promise<LoadResult> {
  const requests = paths.map((path) => ({ path }))
  const latencies: number[] = []
  let connection = 0
  const before = usageOf(server)
  const startedAt = performance.now()
  const result = await autocannon({
    url: server.url,
    connections,
    duration: seconds,
    sampleInt: 50,
    headers,
    requests,
    setupClient: (client) => client.setRequests(startingAt(requests, connection++ / connections)),
  }).on('response', (_client, _status, _bytes, milliseconds) => void latencies.push(milliseconds))
  const tookSeconds = (performance.now() - startedAt) / 1_000
  const used = difference(usageOf(server), before)
  const { errors, timeouts, non2xx } = result
  if (errors + timeouts + non2xx > 0 || latencies.length === 0) {
    throw new Error(`load failed: ${errors} errors, ${timeouts} time-outs, ${non2xx} replies other than 200`)
  }
  return {
    requestsPerSecond: latencies.length / tookSeconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    cpuMsPerRequest: used && (used.server * 1_000) / latencies.length,
    otherCores: used && Math.max(0, used.machine - used.server - used.client) / tookSeconds,
  }
}

function startingAt(requests: readonly Request[], fraction: number): readonly Request[] {
  const first = Math.floor(requests.length * fraction)
  return [...requests.slice(first), ...requests.slice(0, first)]
}

/** Seconds of processor time. */
interface Usage {
  readonly server: number
  readonly client: number
  readonly machine: number
}

function usageOf({ pid }: Server): Usage | undefined {
  const server = cpuSecondsOf(pid)
  const client = cpuSecondsOf(process.pid)
  const machine = machineCpuSeconds()
  if (server === undefined || client === undefined || machine === undefined) return undefined
  return { server, client, machine }
}

function difference(after: Usage | undefined, before: Usage | undefined): Usage | undefined {
  if (after === undefined || before === undefined) return undefined
  return {
    server: after.server - before.server,
    client: after.client - before.client,
    machine: after.machine - before.machine,
  }
}
