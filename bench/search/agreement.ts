// Whether a peer found what Omnidex found, text by text, and how far off it was.

import type { Keystroke } from './measure.ts'

export interface Agreement {
  /** Texts whose total differs from Omnidex's. */
  readonly totals: number
  /** Texts whose page differs. */
  readonly pages: number
  /** Hits missing from totals that are too low. */
  readonly missing: number
  /** `missing` as a fraction of all hits that Omnidex found. */
  readonly missingFraction: number
  /** Hits too many in totals that are too high. */
  readonly surplus: number
  /** The text whose total is furthest off. */
  readonly furthest?: Disagreement
}

export interface Disagreement {
  readonly text: string
  readonly omnidex: number
  readonly peer: number
}

export function agreementOf(
  texts: readonly string[],
  omnidex: readonly Keystroke[],
  peer: readonly Keystroke[],
): Agreement {
  const totals = texts.map((text, at) => ({ text, omnidex: totalAt(omnidex, at), peer: totalAt(peer, at) }))
  const missing = sum(totals.map((total) => Math.max(0, total.omnidex - total.peer)))
  const wrong = totals.filter((total) => total.omnidex !== total.peer).sort((a, b) => gapOf(b) - gapOf(a))
  return {
    totals: wrong.length,
    pages: omnidex.filter(({ ids }, at) => ids.join() !== peer[at]?.ids.join()).length,
    missing,
    missingFraction: missing / sum(totals.map((total) => total.omnidex)),
    surplus: sum(totals.map((total) => Math.max(0, total.peer - total.omnidex))),
    ...(wrong[0] && { furthest: wrong[0] }),
  }
}

function totalAt(keystrokes: readonly Keystroke[], at: number): number {
  return keystrokes[at]?.total ?? Number.NaN
}

function gapOf({ omnidex, peer }: Disagreement): number {
  return Math.abs(omnidex - peer)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
