// What the server counts and measures, for Prometheus.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Made } from '../intake/intake.ts'

/** What gauges are read from when somebody asks. */
export interface MetricSources {
  /** Contacts the index holds. */
  readonly contacts: () => number
  /** Sequence number of the last change the index has. */
  readonly feedPosition: () => number
  readonly ready: () => boolean
  /** On a mirror, how far it is. */
  readonly mirror?: MirrorGauges
}

export interface MirrorGauges {
  /** Seconds for which changes at the upstream may not be here; infinite before all contacts are. */
  readonly lagSeconds: () => number
  /** Contacts that the upstream has, by its own count. */
  readonly upstreamContacts: () => number
  /** Share of all contacts that the pass under way has seen. */
  readonly passProgress: () => number
  /** Contacts that were removed since they were not there any more. */
  readonly removed: () => number
  /** Documents that were no contacts. */
  readonly rejected: () => number
}

const REQUEST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const SEARCH_SECONDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 30,
]

export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Histogram<'method' | 'route' | 'status'>
  readonly #searches: Histogram
  readonly #made: Counter<'kind'>

  constructor(sources: MetricSources) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = new Histogram({
      name: 'omnidex_http_request_seconds',
      help: 'Time from a request to the end of its reply',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_SECONDS,
      registers,
    })
    this.#searches = new Histogram({
      name: 'omnidex_search_seconds',
      help: 'Time of one search, in the index or in the database',
      buckets: SEARCH_SECONDS,
      registers,
    })
    this.#made = new Counter({
      name: 'omnidex_intake_made_total',
      help: 'Visitors, contacts and conversations that came in through this server and were not there before',
      labelNames: ['kind'],
      registers,
    })
    // A rate needs a beginning.
    for (const kind of ['visitor', 'contact', 'conversation'] as const) this.#made.inc({ kind }, 0)
    this.#gauge('omnidex_contacts', 'Contacts that can be searched', sources.contacts)
    this.#gauge(
      'omnidex_feed_position',
      'Sequence number of the last change that searches find',
      sources.feedPosition,
    )
    this.#gauge('omnidex_ready', '1 once the index serves', () => Number(sources.ready()))
    if (sources.mirror !== undefined) this.#mirrorGauges(sources.mirror)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything as Prometheus text. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe(labels, seconds)
  }

  observeSearch(seconds: number): void {
    this.#searches.observe(seconds)
  }

  countMade(kind: Made, count: number): void {
    this.#made.inc({ kind }, count)
  }

  #mirrorGauges(mirror: MirrorGauges): void {
    const gauges: Readonly<Record<keyof MirrorGauges, readonly [name: string, help: string]>> = {
      lagSeconds: [
        'omnidex_mirror_lag_seconds',
        'Seconds for which changes at the upstream may not be here; +Inf before all contacts are',
      ],
      upstreamContacts: [
        'omnidex_mirror_upstream_contacts',
        'Contacts that the upstream has, by its own count',
      ],
      passProgress: [
        'omnidex_mirror_pass_progress',
        'Share of all contacts that the pass under way has seen, 0 to 1',
      ],
      removed: ['omnidex_mirror_removed', 'Contacts that were removed since the upstream had them no more'],
      rejected: ['omnidex_mirror_rejected', 'Documents of the upstream that were no contacts'],
    }
    for (const [gauge, [name, help]] of Object.entries(gauges)) {
      this.#gauge(name, help, mirror[gauge as keyof MirrorGauges])
    }
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }
}
