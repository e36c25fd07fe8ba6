// omnidex mirror: a directory that follows a Rocket.Chat's contacts.

import { type MirrorDesk, type MirrorState, openMirror } from '../app.ts'
import type { Config } from '../config.ts'
import { errors } from '../errors.ts'
import type { Command, CommandFlag } from './command.ts'
import { print, printError, visible } from './print.ts'
import { untilSignal } from './signals.ts'

/** Between two lines that say how far a first pass is. */
const SAY_EVERY_MS = 5_000

export const mirror: Command = {
  name: 'mirror',
  usage: 'URL',
  summary: "keep a directory equal to a Rocket.Chat's contacts, for omnidex serve --upstream to answer from",
  details: [
    'As in: OMNIDEX_MIRROR_TOKEN=... omnidex mirror https://chat.example.com --user-id rbAXPnMktTFbNpwtJ --db sqlite:mirror.db.',
    'Reads the contacts of URL through its contacts.search, page by page, then what changes, and removes who was removed. Asks',
    'one question at a time, never more than half of the time, and waits when it is told to. Whatever stops it, it goes on',
    'where it was. The user needs the permission view-livechat-contact and should have api-bypass-rate-limit.',
    'docs/mirror.md shows the whole, with nginx and Caddy in front.',
  ],
  arguments: { least: 1, most: 1 },
  settings: ['db', 'mirrorUserId', 'mirrorToken'],
  flags: {
    'look-every': duration('SECONDS', 'seconds between two looks for changes, at least (default 5)'),
    'pass-every': duration(
      'MINUTES',
      'minutes in which all contacts are gone through again, for those that were removed unnoticed (default 60)',
    ),
    once: { meaning: 'make the directory equal once, and end' },
    json: { meaning: 'say how far it is as JSON, a line for each step' },
    quiet: { meaning: 'say nothing but what is wrong' },
  },
  async run({ config, positionals: [url = ''], flags }) {
    const stop = new AbortController()
    let code: number | undefined
    untilSignal().then((signal) => {
      code = signal
      stop.abort()
    })
    const isOnce = flags.once !== undefined
    const teller = new Teller(flags)
    const desk = await openMirror(config, {
      ...accountOf(config, url),
      signal: stop.signal,
      pace: {
        lookEveryMs: Number(flags['look-every'] ?? 5) * 1_000,
        passEveryMs: Number(flags['pass-every'] ?? 60) * 60_000,
      },
      onAway: (reason) =>
        printError(visible(`${url} does not answer: ${reason}; asking again until it does`)),
      onBack: () => printError(`${url} answers again`),
      onWait: (ms) => teller.say(`${url} asks us to wait for ${Math.ceil(ms / 1_000)} s`),
      onRejected: (id, reason) => printError(visible(`${id}: ${reason}`)),
      onProgress: (state) => teller.progress(state),
      onStoreTrouble: (reason) => printError(`${reason}; trying again`),
    })
    try {
      await work(desk, isOnce, stop.signal)
      teller.end(desk.mirror.state)
    } catch (error) {
      if (!stop.signal.aborted) throw error
      // A service that is told to stop has done what it should.
      return isOnce ? (code ?? 1) : 0
    } finally {
      await desk.close()
    }
    return 0
  },
}

function work({ mirror }: MirrorDesk, isOnce: boolean, signal: AbortSignal): Promise<void> {
  return isOnce ? mirror.once(signal) : mirror.follow(signal)
}

/** @throws config-invalid */
function accountOf({ mirrorUserId, mirrorToken }: Config, url: string) {
  const problems = []
  const upstream = URL.canParse(url) ? new URL(url) : undefined
  const isHttp = upstream?.protocol === 'http:' || upstream?.protocol === 'https:'
  if (!isHttp || upstream.username !== '' || upstream.search !== '' || upstream.hash !== '')
    problems.push('URL must be an http or https address, as https://chat.example.com')
  if (mirrorUserId === undefined) problems.push('--user-id is missing')
  if (!/^[!-~]*$/.test(`${mirrorUserId ?? ''}${mirrorToken ?? ''}`))
    problems.push('--user-id and --token must be letters, digits and signs of ASCII, without spaces')
  if (mirrorToken === undefined)
    problems.push('--token, or OMNIDEX_MIRROR_TOKEN in the environment, is missing')
  if (problems.length > 0) throw errors.configInvalid({ problems })
  return {
    upstream: url.replace(/\/+$/, ''),
    as: { userId: mirrorUserId ?? '', token: mirrorToken ?? '' },
  }
}

function duration(value: string, meaning: string): CommandFlag {
  return {
    value,
    meaning,
    problemWith: (text) =>
      /^\d+(\.\d+)?$/.test(text) && Number(text) <= 10_000
        ? undefined
        : `must be a number of ${value.toLowerCase()}, 10000 at most`,
  }
}

/** Says how far a mirror is, now and then. */
class Teller {
  readonly #isJson: boolean
  readonly #isQuiet: boolean
  readonly #isOnce: boolean
  #saidMs = 0
  #wasComplete: boolean | undefined
  #removed = 0

  constructor(flags: Readonly<Record<string, string | undefined>>) {
    this.#isJson = flags.json !== undefined
    this.#isQuiet = flags.quiet !== undefined
    this.#isOnce = flags.once !== undefined
  }

  say(line: string): void {
    if (!this.#isQuiet) printError(line)
  }

  progress(state: MirrorState): void {
    if (this.#isJson) print(JSON.stringify(state))
    const isComplete = state.passedAt !== undefined
    if (isComplete) this.#complete(state)
    else if (Date.now() - this.#saidMs >= SAY_EVERY_MS) {
      this.#saidMs = Date.now()
      this.say(`first pass: ${state.contacts} of ${state.total} contacts`)
    }
    this.#wasComplete = isComplete
  }

  /** Of `--once`. */
  end({ contacts, upstream }: MirrorState): void {
    this.say(`all ${contacts} contacts of ${upstream} are here`)
  }

  #complete({ contacts, upstream, removed }: MirrorState): void {
    if (this.#wasComplete !== true && !this.#isOnce)
      this.say(`all ${contacts} contacts of ${upstream} are here; following it`)
    else if (removed > this.#removed)
      this.say(`removed ${removed - this.#removed} that are not there any more`)
    this.#removed = removed
  }
}
