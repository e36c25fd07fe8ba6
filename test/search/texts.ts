// Texts for the properties: few and easily confused characters, so that generated queries meet generated values.

import fc from 'fast-check'

const characters = [
  ...'aAbBiIsSkK .%\\+(@-7',
  ...'ßẞſ\u212AİıéÉﬁσςΣμ\u00B5Αα',
  ...'Жжاب漢字가ไ',
  'e\u0301',
  '\u0301',
  '\u200D',
  '😀',
  '👩‍👧',
  '\u{10400}',
  '\u{10428}',
  '\uE000',
  '\uFFFD',
  '\0',
  '\n',
]

/** A text of letters that have several cases or look as if they had, marks, emoji and what separators are made of. */
export function caseful(maxLength = 5): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), maxLength })
}

/** Any code points at all. */
export function anyText(): fc.Arbitrary<string> {
  const character = fc.integer({ min: 0, max: 0x10ffff }).map((codePoint) => String.fromCodePoint(codePoint))
  return fc.string({ unit: character, maxLength: 5 })
}

/** Any UTF-16 units, surrogates alone, in pairs and the wrong way round among them. */
export function anyUnits(maxLength = 8): fc.Arbitrary<string> {
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff),
  )
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units))
}

/** The naive order of texts, for comparison: by the list of their code points. */
export function compareCodePoints(a: string, b: string): number {
  const [x, y] = [codePoints(a), codePoints(b)]
  const at = x.findIndex((codePoint, index) => codePoint !== y[index])
  if (at === -1) return x.length - y.length
  return (x[at] ?? 0) - (y[at] ?? -1)
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0)
}
