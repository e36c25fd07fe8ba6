// How far a directory has followed its upstream. It is kept in the directory itself, so that a mirror goes on where it stopped, and
// servers beside it know whether what they have is all there is.

import type { SettingStore } from '../store/store.ts'

export interface MirrorState {
  /** Whose contacts these are. */
  readonly upstream: string
  /** The run that writes this; a later one takes over. */
  readonly run: string
  /** When the first pass over all contacts began. */
  readonly begunAt: string
  /** When a pass over all contacts was last complete; absent before the first was. */
  readonly passedAt?: string
  /** Everything that had changed at the upstream before this moment is here. */
  readonly caughtUpAt?: string
  /** Dates of the newest changes that were seen, by the upstream's clock. */
  readonly newest?: { readonly known: string; readonly unknown: string }
  /** Set while more has changed than looks can bring: the pass that began then does. */
  readonly isOverrun?: boolean
  /** The pass under way. */
  readonly pass?: Pass
  /** Contacts the upstream has, by its own counts. */
  readonly total: number
  /** Contacts that are here. */
  readonly contacts: number
  /** Contacts that were removed here since they were not there any more. */
  readonly removed: number
  /** Documents that were no contacts. */
  readonly rejected: number
}

/** A walk through all contacts of the upstream by their ids, the known ones first. */
export interface Pass {
  readonly unknown: boolean
  /** Contacts before the next page. */
  readonly offset: number
  /** The last id that was seen; empty at the beginning. */
  readonly afterId: string
  /** Contacts that have been seen in it. */
  readonly seen: number
  /** Contacts that were removed in it. */
  readonly removed: number
}

/** Where it stands among the settings. */
const ID = 'Omnidex_Mirror'

/** `undefined` when the directory is nobody's mirror. */
export async function readMirrorState(settings: SettingStore): Promise<MirrorState | undefined> {
  const text = (await settings.list()).get(ID)
  return typeof text === 'string' ? (JSON.parse(text) as MirrorState) : undefined
}

export function writeMirrorState(settings: SettingStore, state: MirrorState): Promise<void> {
  return settings.set(ID, JSON.stringify(state))
}

/** Milliseconds for which changes at the upstream may not be here; infinite before all contacts are. */
export function lagOf(state: MirrorState | undefined, now: Date): number {
  if (state?.passedAt === undefined || state.caughtUpAt === undefined) return Number.POSITIVE_INFINITY
  return Math.max(0, now.getTime() - Date.parse(state.caughtUpAt))
}
