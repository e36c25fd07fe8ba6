// A progress bar on one line of a terminal. The only text that is ever overwritten.

export interface Progress {
  readonly bytes: number
  readonly contacts: number
}

export interface ProgressBarOptions {
  /** A terminal. */
  readonly stream: { readonly columns?: number; write(text: string): unknown }
  /** `undefined` when the length of the input is not known: then there is no bar, only figures. */
  readonly totalBytes: number | undefined
  /** Milliseconds that only grow. Default: the process's own clock. */
  readonly now?: () => number
}

/** Milliseconds between two drawings. */
const PAUSE_MS = 100
const BAR_WIDTH = 24
const ERASE_LINE = '\r\x1b[K'

export class ProgressBar {
  readonly #options: ProgressBarOptions
  readonly #now: () => number
  readonly #startMs: number
  #drawnMs = Number.NEGATIVE_INFINITY
  #visible = false

  constructor(options: ProgressBarOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#startMs = this.#now()
  }

  /** Draws, unless it just did. */
  update(progress: Progress): void {
    const nowMs = this.#now()
    if (nowMs - this.#drawnMs < PAUSE_MS) return
    this.#drawnMs = nowMs
    this.#visible = true
    const { stream, totalBytes } = this.#options
    const line = progressLine(progress, totalBytes, (nowMs - this.#startMs) / 1_000)
    // A line that reaches the last column would wrap, and could not be erased.
    stream.write(ERASE_LINE + line.slice(0, (stream.columns ?? 80) - 1))
  }

  /** Makes room for other lines; the next update draws at once. */
  clear(): void {
    if (!this.#visible) return
    this.#visible = false
    this.#drawnMs = Number.NEGATIVE_INFINITY
    this.#options.stream.write(ERASE_LINE)
  }
}

/** Bytes done and in all, contacts, contacts a second, time left. */
export function progressLine(
  { bytes, contacts }: Progress,
  totalBytes: number | undefined,
  seconds: number,
): string {
  const rate = `${contacts} contacts  ${Math.round(contacts / Math.max(seconds, 0.001))}/s`
  if (totalBytes === undefined) return `${mebibytes(bytes)} MiB  ${rate}`
  // A file may grow while it is read.
  const done = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes)
  const left = done === 0 ? '' : `  ${clockTime((seconds * (1 - done)) / done)} left`
  const percent = `${Math.floor(done * 100)}%`.padStart(4)
  return `${bar(done)} ${percent}  ${mebibytes(bytes)}/${mebibytes(totalBytes)} MiB  ${rate}${left}`
}

function bar(done: number): string {
  const full = Math.floor(done * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1)
}

/** `1:05`, or `2:00:07` from an hour on. */
function clockTime(seconds: number): string {
  const whole = Math.ceil(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
