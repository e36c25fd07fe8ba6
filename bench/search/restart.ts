// A snapshot of the index: written to disk, and read back into an empty index as at a start.

import { FragmentIndex } from '../../src/search/search.ts'
import { type SnapshotRegister, Snapshots } from '../../src/upkeep/snapshots.ts'
import { temporaryDirectory } from '../temporary.ts'
import type { OmnidexEngine } from './omnidex.ts'

export interface RestartResult {
  readonly saveSeconds: number
  readonly loadSeconds: number
}

/** @throws Error when what was read back holds other contacts */
export async function measureRestart({ index }: OmnidexEngine): Promise<RestartResult> {
  using folder = temporaryDirectory()
  const register = new Register()
  const saveSeconds = await secondsOf(() =>
    new Snapshots(folder.path, register).save({ image: index.image(), position: 1 }),
  )
  const restored = new FragmentIndex()
  const loadSeconds = await secondsOf(async () => {
    const snapshot = await new Snapshots(folder.path, register).load(1)
    if (snapshot !== undefined) restored.load(snapshot.image)
  })
  if (restored.size !== index.size) throw new Error('the snapshot holds other contacts than the index')
  return { saveSeconds, loadSeconds }
}

/** In memory, where the server has its database. */
class Register implements SnapshotRegister {
  #name: string | undefined

  async has(name: string): Promise<boolean> {
    return name === this.#name
  }

  async replace(_before: string | undefined, name: string): Promise<void> {
    this.#name = name
  }

  async forgetAll(): Promise<void> {
    this.#name = undefined
  }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1_000
}
