// Case folding for search: two texts are the same when they fold to the same text. Unicode *simple* folding, one code
// point to one code point, whatever the language: what /iu does, and neither toLowerCase() nor plain /i.

import { foldTable } from './fold-table.ts'

/** UTF-16 code unit -> its fold, for the Basic Multilingual Plane; half of a pair stays as it is. */
const unitFolds = new Uint16Array(0x10000).map((_, unit) => unit)

/** Code point above the plane -> second half of its fold; the first half never changes. */
const tailFolds = new Map<number, number>()

for (let at = 0; at < foldTable.length; at += 4) {
  const [first = 0, last = 0, delta = 0, step = 1] = foldTable.slice(at, at + 4)
  for (let codePoint = first; codePoint <= last; codePoint += step) learn(codePoint, codePoint + delta)
}

function learn(codePoint: number, fold: number): void {
  if (codePoint < 0x10000) unitFolds[codePoint] = fold
  else tailFolds.set(codePoint, String.fromCodePoint(fold).charCodeAt(1))
}

/**
 * `text` with every code point replaced by the one that stands for it and its other cases.
 *
 * `foldCase(a) === foldCase(b)` exactly when `/iu` equates `a` and `b`: `K`, `k` and the Kelvin sign are one, `ß` and
 * `ẞ` are one, `ß` and `ss` are two, `İ` is only itself. The result is as long as `text` in UTF-16 units, so offsets
 * are valid in both. Nothing else is changed; a lone surrogate stays one.
 */
export function foldCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : foldUnits(text)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

function foldUnits(text: string): string {
  const units: number[] = []
  let changed = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const fold = isTail(unit) ? foldTail(text, at, unit) : (unitFolds[unit] ?? unit)
    if (fold !== unit) changed = true
    units.push(fold)
  }
  return changed ? textOf(units) : text
}

function isTail(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}

function foldTail(text: string, at: number, unit: number): number {
  const pair = at > 0 ? text.codePointAt(at - 1) : undefined
  return pair === undefined ? unit : (tailFolds.get(pair) ?? unit)
}

/** In pieces, because a call takes only so many arguments. */
function textOf(units: readonly number[]): string {
  let text = ''
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.slice(at, at + 4096))
  return text
}
