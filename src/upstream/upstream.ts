// Another server that speaks Rocket.Chat's API, as its client sees it: one request, its answer, and what it says of its limits.

import { errors } from '../errors.ts'

/** Who asks. */
export interface Credentials {
  readonly userId: string
  readonly token: string
}

export interface Question {
  /** Below `/api/v1/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly as: Credentials
  /** Address of the client on whose behalf it is asked, for an upstream that counts requests by address. */
  readonly from?: string
  /** Set where a mirror asks for what it mirrors, which no other mirror should answer. */
  readonly mirrors?: true
  readonly signal?: AbortSignal
}

export interface Answer {
  /** Below 500. */
  readonly status: number
  /** Parsed; `undefined` when it is no JSON. */
  readonly body: unknown
  /** Milliseconds after which the next request is welcome. */
  readonly waitMs: number
  /** Requests it allows in a minute; `undefined` when it does not count ours. */
  readonly limit: number | undefined
  /** The upstream's own time. */
  readonly at: Date
  /** When it was asked, by our clock. */
  readonly askedAt: Date
}

export interface UpstreamOptions {
  /** Without a slash at the end. */
  readonly url: string
  /** Milliseconds for a whole answer. */
  readonly timeoutMs?: number
  readonly now: () => Date
}

/** Says that a mirror asks. */
export const MIRROR_HEADER = 'x-omnidex-mirror'
/** Longest answer that is read: a page of 100 contacts has some 50 KB. */
const MAX_BYTES = 64 * 1024 * 1024
/** Waiting time where an upstream refuses for the moment and does not say for how long. */
const USUAL_WAIT_MS = 60_000
const MAX_WAIT_MS = 15 * 60_000

export class Upstream {
  readonly url: string
  readonly #timeoutMs: number
  readonly #now: () => Date

  constructor({ url, timeoutMs = 60_000, now }: UpstreamOptions) {
    this.url = url
    this.#timeoutMs = timeoutMs
    this.#now = now
  }

  /**
   * @throws upstream-unavailable when there is no answer, or one of its own troubles; upstream-unexpected when it sends us elsewhere
   *   or far too much; the signal's reason
   */
  async ask(question: Question): Promise<Answer> {
    const { signal } = question
    const askedAt = this.#now()
    try {
      const reply = await this.#send(question)
      const text = await textOf(reply)
      if (reply.status >= 500) throw new Error(`it answered ${reply.status}${said(text)}`)
      return this.#answerOf(reply, text, askedAt)
    } catch (error) {
      signal?.throwIfAborted()
      if (isOurs(error)) throw error
      throw errors.upstreamUnavailable({ seconds: 5 }, error)
    }
  }

  async #send({ path, query = {}, as, from, mirrors, signal }: Question): Promise<Response> {
    const address = new URL(`${this.url}/api/v1/${path}`)
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value))
    const deadline = AbortSignal.timeout(this.#timeoutMs)
    const reply = await fetch(address, {
      headers: {
        'x-user-id': as.userId,
        'x-auth-token': as.token,
        'user-agent': 'omnidex',
        ...(from === undefined ? {} : { 'x-forwarded-for': from }),
        ...(mirrors ? { [MIRROR_HEADER]: 'yes' } : {}),
      },
      // Wherever else it would send us, the token must not go.
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    if (reply.status < 300 || reply.status >= 400) return reply
    await reply.body?.cancel()
    throw this.unexpected(`it sends us elsewhere (${reply.status}): name the address it has in the end`)
  }

  /** An answer that no Rocket.Chat gives. */
  unexpected(reason: string): Error {
    return errors.upstreamUnexpected({ url: this.url, reason })
  }

  #answerOf(reply: Response, text: string, askedAt: Date): Answer {
    const at = dateOf(reply) ?? this.#now()
    const limit = numberOf(reply, 'x-ratelimit-limit')
    return { status: reply.status, body: parsed(text), waitMs: waitOf(reply, text, at), limit, at, askedAt }
  }
}

/** What is wrong, for people: the cause that fetch wraps, or the error's own words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  if (cause !== error) return reasonOf(cause)
  return cause instanceof Error ? cause.message : String(cause)
}

function isOurs(error: unknown): boolean {
  return (error as { code?: unknown }).code === errors.upstreamUnexpected.definition.code
}

/** @throws upstream-unexpected when it is too long */
async function textOf(reply: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of reply.body ?? []) {
    bytes += piece.length
    if (bytes > MAX_BYTES)
      throw errors.upstreamUnexpected({ url: new URL(reply.url).origin, reason: 'its answer has no end' })
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/** What an error says of itself. */
function said(text: string): string {
  const { error } = (parsed(text) ?? {}) as { error?: unknown }
  return typeof error === 'string' ? `: ${error.slice(0, 200)}` : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Rocket.Chat counts requests in windows: with none left, the next one is welcome when the window ends. */
function waitOf(reply: Response, text: string, at: Date): number {
  const isRefused = reply.status === 429
  const isLast = numberOf(reply, 'x-ratelimit-remaining') === 0
  if (!isRefused && !isLast) return 0
  const wait = saidWait(reply, text, at) ?? USUAL_WAIT_MS
  return Math.min(MAX_WAIT_MS, Math.max(isRefused ? 1_000 : 0, wait))
}

/** Milliseconds that the answer asks us to wait; `undefined` when it does not say. */
function saidWait(reply: Response, text: string, at: Date): number | undefined {
  const after = numberOf(reply, 'retry-after')
  if (after !== undefined) return after * 1_000
  const reset = numberOf(reply, 'x-ratelimit-reset')
  if (reset !== undefined) return reset - at.getTime()
  const seconds = /wait (\d+) seconds/.exec(text)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

function numberOf({ headers }: Response, name: string): number | undefined {
  const text = headers.get(name)
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function dateOf({ headers }: Response): Date | undefined {
  const date = new Date(headers.get('date') ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}
