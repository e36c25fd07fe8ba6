// A document's values in the form that is searched: folded, and joined so that one comparison looks into all of them.
// A match never spans two values, whatever characters they are made of.

import { foldCase } from './fold.ts'

/** Values joined by the separator; or apart, when one of them contains the separator itself. */
export type Haystack = string | readonly string[]

const separator = '\0'

export function makeHaystack(texts: readonly string[]): Haystack {
  const folded = texts.map(foldCase)
  return folded.some((text) => text.includes(separator)) ? folded : folded.join(separator)
}

/**
 * Tells whether one value contains `text`, by code points: half of a surrogate pair is not found in the pair.
 *
 * @param text  not yet folded; `''` is in every value
 */
export function finder(text: string): (haystack: Haystack) => boolean {
  const needle = foldCase(text)
  const within = endsInPair(needle) ? includesAtBoundary : includesAnywhere
  const mayBeJoined = !needle.includes(separator)
  return (haystack) => {
    if (typeof haystack === 'string') return mayBeJoined && within(haystack, needle)
    return haystack.some((value) => within(value, needle))
  }
}

function includesAnywhere(value: string, needle: string): boolean {
  return value.indexOf(needle) !== -1
}

/** Such a needle could be found in the middle of a pair, where no code point begins or ends. */
function endsInPair(needle: string): boolean {
  return isTail(needle.charCodeAt(0)) || isHead(needle.charCodeAt(needle.length - 1))
}

function includesAtBoundary(value: string, needle: string): boolean {
  for (let at = value.indexOf(needle); at !== -1; at = value.indexOf(needle, at + 1)) {
    if (!splitsPair(value, at) && !splitsPair(value, at + needle.length)) return true
  }
  return false
}

function splitsPair(value: string, at: number): boolean {
  return isHead(value.charCodeAt(at - 1)) && isTail(value.charCodeAt(at))
}

function isHead(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800
}

function isTail(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}
