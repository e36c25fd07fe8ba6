// What a server knows of the mirror that keeps its directory up: how far it is, read every second.

import { errors } from '../errors.ts'
import type { SettingStore } from '../store/store.ts'
import { lagOf, type MirrorState, readMirrorState } from './mirror-state.ts'

export interface MirrorWatchOptions {
  /** Whose contacts the server answers with: those of another are as good as none. */
  readonly upstream: string
  readonly settings: SettingStore
  /** Milliseconds without news of the upstream after which searches are refused; 0 for never. */
  readonly maxLagMs: number
  readonly now: () => Date
}

const LOOK_EVERY_MS = 1_000

export class MirrorWatch {
  readonly #options: MirrorWatchOptions
  #state: MirrorState | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: MirrorWatchOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.look()
    // When the database is away, the state grows old, which is what it should.
    this.#timer = setInterval(() => this.look().catch(() => undefined), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const { settings, upstream } = this.#options
    const state = await readMirrorState(settings)
    this.#state = state?.upstream === upstream ? state : undefined
  }

  get state(): MirrorState | undefined {
    return this.#state
  }

  /** Milliseconds for which changes may not be here; infinite before all contacts are. */
  get lagMs(): number {
    return lagOf(this.#state, this.#options.now())
  }

  /** Whether what is here is good enough to be searched. */
  get serves(): boolean {
    const { maxLagMs } = this.#options
    return this.lagMs <= (maxLagMs === 0 ? Number.MAX_VALUE : maxLagMs)
  }

  /** @throws mirror-not-ready, mirror-behind */
  assertServes(): void {
    if (this.serves) return
    if (this.#state?.passedAt === undefined) throw errors.mirrorNotReady({ seconds: 5 })
    throw errors.mirrorBehind({ seconds: 5 })
  }
}
