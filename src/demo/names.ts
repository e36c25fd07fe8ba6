// The names of the demo's people and companies, drawn from the word lists in languages.ts.

import { LANGUAGES, type Language, type WordList } from './languages.ts'
import { latinize } from './latin.ts'
import { type Odds, type Random, weighted, zipf } from './random.ts'

/** A name, and what its owner would make an e-mail address of. */
export interface PersonName {
  readonly text: string
  /** a to z. */
  readonly given: string
  /** a to z. */
  readonly family: string
  readonly locale: Locale
}

/** What a language says about the people who speak it. */
export interface Locale {
  readonly cities: readonly string[]
  /** Keys of phones.ts. */
  readonly countries: readonly string[]
}

interface Word {
  readonly text: string
  readonly latin: string
}

/** A language with its lists read and weighed. */
interface Speech extends Locale {
  readonly usesLatin: boolean
  readonly men: Names
  readonly women: Names
  readonly shapes: Odds<string>
  readonly companies: readonly string[]
}

interface Names {
  readonly given: Odds<Word>
  readonly family: Odds<Word>
  readonly middle: Odds<Word>
}

/** Of those whose script is not Latin, how many write their names in Latin letters. */
const ROMANISED = 0.2

const SPEECHES: Odds<Speech> = weighted(LANGUAGES.map((language) => [speechOf(language), language.weight]))

/** Draws a language and one of its names. */
export function drawName(random: Random): PersonName {
  const speech = random.draw(SPEECHES)
  const names = random.chance(0.5) ? speech.women : speech.men
  const given = random.draw(names.given)
  const family = random.draw(names.family)
  const text =
    speech.usesLatin || !random.chance(ROMANISED)
      ? shaped(random, random.draw(speech.shapes), names, given, family)
      : `${capitalized(given.latin)} ${capitalized(family.latin)}`
  return { text: decorated(random, text), given: given.latin, family: family.latin, locale: speech }
}

/** Draws a company named after a family. */
export function drawCompany(random: Random): PersonName {
  const speech = random.draw(SPEECHES)
  const family = random.draw(speech.men.family)
  const text = random.pick(speech.companies).replace('*', family.text)
  return {
    text,
    given: random.pick(['info', 'office', 'kontakt', 'sales']),
    family: family.latin,
    locale: speech,
  }
}

/** Puts the words where the shape has their letters; a second G or F is another name than the first. */
function shaped(random: Random, shape: string, names: Names, given: Word, family: Word): string {
  let text = ''
  let givenUsed = false
  let familyUsed = false
  for (const mark of shape) {
    if (mark === 'G') {
      text += (givenUsed ? random.draw(names.given) : given).text
      givenUsed = true
    } else if (mark === 'F') {
      text += (familyUsed ? random.draw(names.family) : family).text
      familyUsed = true
    } else if (mark === 'M') text += random.draw(names.middle).text
    else if (mark === 'I') text += random.text('ABCDEFGHJKLMNPRSTVW', 1)
    else text += mark
  }
  return text
}

/** Mostly the text itself; now and then what people make of a name in a form. */
function decorated(random: Random, text: string): string {
  const dice = random.below(1_000)
  if (dice >= 30) return text
  if (dice < 9) return text.toLowerCase()
  if (dice < 17) return text.toUpperCase()
  if (dice < 23) return `${text} ${random.pick(['🌸', '🚀', '😀', '👩‍💻', '⭐️', '🇧🇷', '☎️'])}`
  if (dice < 25) return `${text} (${random.pick(['old', 'neu', 'VIP', '2', '???'])})`
  if (dice < 26) return text.normalize('NFD')
  if (dice < 28) return text.replace(' ', '  ')
  return random.pick([
    'Test',
    'xX_dragon_Xx',
    '.*',
    '100% Wolle',
    "'; --",
    '🦊',
    'n/a',
    'The Office [2nd floor]',
    '¯\\_(ツ)_/¯',
  ])
}

function speechOf(language: Language): Speech {
  const umlauts = language.tag === 'de'
  const read = (list: WordList) => zipf(wordsOf(list, umlauts))
  const family = wordsOf(language.family, umlauts)
  const { men, women = men, middle = { men: '' }, feminine = [] } = language
  return {
    men: { given: read(men), family: zipf(family), middle: read({ common: middle.men }) },
    women: {
      given: read(women),
      family: zipf(family.map((word) => feminineOf(word, feminine))),
      middle: read({ common: middle.women ?? middle.men }),
    },
    usesLatin: /^\p{Script=Latin}/u.test(family[0]?.text ?? ''),
    shapes: weighted(Object.entries(language.shapes)),
    companies: language.companies,
    cities: parse(language.cities).map(({ text }) => text),
    countries: language.countries.split(' '),
  }
}

/** The common words, then those built of roots and endings, likely pairs first. */
function wordsOf({ common = '', roots = '', endings = '' }: WordList, umlauts: boolean): Word[] {
  const ends = parse(endings, umlauts)
  const built = parse(roots, umlauts).flatMap((root, i) =>
    ends.map((end, j) => ({
      text: root.text + end.text,
      latin: root.latin + end.latin,
      rank: (i + 1) * (j + 1),
    })),
  )
  built.sort((a, b) => a.rank - b.rank)
  return [...parse(common, umlauts), ...built.map(({ text, latin }) => ({ text, latin }))]
}

function parse(list: string, umlauts = false): Word[] {
  return (list.match(/\S+/g) ?? []).map((entry) => {
    const [text = '', latin] = entry.replaceAll('_', ' ').split('=')
    return { text, latin: latin ?? latinize(text, umlauts) }
  })
}

function feminineOf(word: Word, endings: readonly (readonly [string, string])[]): Word {
  const rule = endings.find(([ending]) => word.text.endsWith(ending))
  if (rule === undefined) return word
  const text = word.text.slice(0, word.text.length - rule[0].length) + rule[1]
  return { text, latin: latinize(text) }
}

function capitalized(latin: string): string {
  return latin.charAt(0).toUpperCase() + latin.slice(1)
}
