// The course of a measurement, the same for every engine: fill, warm up, weigh, type.

import { ContactSource } from './contact-source.ts'
import type { Answer, Engine } from './engine.ts'
import { memoryInUse } from './memory.ts'
import { watchOtherCores } from './other-work.ts'
import type { Texts } from './texts.ts'

export interface EngineRun {
  /** From the first contact to an engine that searches, without the time to make the contacts. */
  readonly buildSeconds: number
  /** What the contacts made it hold: in heap and buffers, and outside of the process if that is where they are. */
  readonly memoryBytes: number
  /** Growth of what was resident in its process; tells nothing of a server elsewhere. */
  readonly residentBytes: number
  /** Cores that something else kept busy meanwhile; `undefined` where that is not known. */
  readonly otherCores: number | undefined
  /** One for each timed text. */
  readonly keystrokes: readonly Keystroke[]
}

export interface Keystroke extends Answer {
  readonly ms: number
}

/** Times the texts for warming up are typed at most, so that even a quick engine's code is compiled by then. */
const WARM_UP_ROUNDS = 20

/** No further round begins after that: a slow engine is warm after one. */
const WARM_UP_MS = 5_000

export async function measure(engine: Engine, contacts: number, texts: Texts): Promise<EngineRun> {
  const before = await memoryInUse()
  const otherCores = watchOtherCores()
  const buildSeconds = await new ContactSource(contacts).secondsOf((all) => engine.fill(all))
  await engine.tune?.(texts.warmUp)
  await warmUp(engine, texts.warmUp)
  const after = await memoryInUse()
  const keystrokes = await type(engine, texts.timed)
  return {
    buildSeconds,
    memoryBytes: after.bytes - before.bytes + ((await engine.outsideBytes?.()) ?? 0),
    residentBytes: after.residentBytes - before.residentBytes,
    otherCores: engine.isServer ? undefined : otherCores(),
    keystrokes,
  }
}

async function warmUp(engine: Engine, texts: readonly string[]): Promise<void> {
  const startedAt = performance.now()
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    await type(engine, texts)
    if (performance.now() - startedAt > WARM_UP_MS) return
  }
}

/** One text after the other, each as soon as the last is answered. */
async function type(engine: Engine, texts: readonly string[]): Promise<Keystroke[]> {
  const keystrokes: Keystroke[] = []
  for (const text of texts) {
    const startedAt = performance.now()
    const promised = engine.search(text)
    // Awaiting what is there already would cost an engine in this process as much as a quick search.
    const { total, ids } = promised instanceof Promise ? await promised : promised
    keystrokes.push({ ms: performance.now() - startedAt, total, ids })
  }
  return keystrokes
}
