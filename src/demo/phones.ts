// Phone numbers nobody answers, written the many ways people write them. The ranges are those that regulators keep free
// for film and fiction (NANPA, Ofcom, ACMA, Bundesnetzagentur, Arcep, ComReg, PTS); countries without such a range get
// numbers with an obvious 000 or 0000 in them.

import { type Odds, type Random, weighted } from './random.ts'

/** A number before anybody writes it down. */
export interface PhoneNumber {
  readonly country: Country
  /** The significant number in its usual groups, without the trunk prefix: `30 23125 042`. */
  readonly groups: string
}

interface Country {
  readonly code: string
  /** What is dialled first inside the country; may be empty. */
  readonly trunk: string
  /** Patterns of the significant number: `#` any digit, `N` 2 to 9. */
  readonly patterns: readonly string[]
}

const COUNTRIES: Readonly<Record<string, Country>> = {
  US: country('1', '', 'N0# 555 01##, N1N 555 01##, NN# 555 01##'),
  GB: country(
    '44',
    '0',
    '7700 900###, 7700 900###, 20 7946 0###, 121 496 0###, 161 496 0###, 141 496 0###, 1632 960###',
  ),
  IE: country('353', '0', '20 91# ####'),
  AU: country('61', '0', '2 5550 ####, 3 7010 ####, 7 5550 ####, 8 7010 ####, 3 5550 ####, 2 7010 ####'),
  DE: country(
    '49',
    '0',
    '30 23125 ###, 40 66969 ###, 69 90009 ###, 221 4710 ###, 89 99998 ###, 171 39200##, 151 000 #####',
  ),
  AT: country('43', '0', '660 000 ####, 664 000 ####, 1 000 ####'),
  CH: country('41', '0', '79 000 ## ##, 76 000 ## ##, 44 000 ## ##'),
  SE: country('46', '0', '70 174 06 ##'),
  FR: country(
    '33',
    '0',
    '1 99 00 ## ##, 2 61 91 ## ##, 3 53 01 ## ##, 4 65 71 ## ##, 5 36 49 ## ##, 6 39 98 ## ##',
  ),
  ES: country('34', '', '6## 000 ###, 91 000 ## ##, 7## 000 ###'),
  PT: country('351', '', '91 000 ## ##, 93# 000 ###, 21 000 ## ##'),
  IT: country('39', '', '3## 000 ####, 02 0000 ####, 06 0000 ####'),
  PL: country('48', '', '5## 000 ###, 6## 000 ###, 22 000 ## ##'),
  CZ: country('420', '', '60# 000 ###, 77# 000 ###, 2## 000 ###'),
  GR: country('30', '', '69# 000 ####, 21 0000 ####'),
  TR: country('90', '0', '5## 000 ## ##, 212 000 ## ##'),
  RU: country('7', '8 ', '9## 000-##-##, 495 000-##-##'),
  UA: country('380', '0', '67 000 ## ##, 50 000 ## ##, 44 000 ## ##'),
  GE: country('995', '0', '5## 00 0# ##, 32 000 ## ##'),
  AM: country('374', '0', '9# 00 ## ##, 10 00 ## ##'),
  IL: country('972', '0', '5#-000-####, 3-000-####'),
  EG: country('20', '0', '10 000 #####, 12 000 #####, 2 0000 ####'),
  SA: country('966', '0', '5# 000 ####, 11 000 ####'),
  AE: country('971', '0', '50 000 ####, 55 000 ####, 4 000 ####'),
  IN: country('91', '0', '9#000 #####, 8#000 #####, 22 0000 ####'),
  TH: country('66', '0', '8# 000 ####, 9# 000 ####, 2 000 ####'),
  VN: country('84', '0', '9# 000 ## ##, 28 0000 ####'),
  CN: country('86', '0', '13# 0000 ####, 15# 0000 ####, 18# 0000 ####, 21 0000 ####'),
  JP: country('81', '0', '90 0000 ####, 80 0000 ####, 3 0000 ####'),
  KR: country('82', '0', '10 0000 ####, 2 000 ####'),
  BR: country('55', '0', '## 90000 ####, 11 90000 ####'),
  MX: country('52', '', '55 0000 ####, 33 0000 ####, N## 000 ####'),
  AR: country('54', '0', '11 0000 ####, 351 000 ####'),
}

/** The keys of the countries there are numbers of. */
export const PHONE_COUNTRIES: readonly string[] = Object.keys(COUNTRIES)

type Style = (number: PhoneNumber) => string

const STYLES: Odds<Style> = weighted<Style>([
  [({ country, groups }) => `+${country.code} ${groups}`, 28],
  [({ country, groups }) => `+${country.code}${digits(groups)}`, 22],
  [({ country, groups }) => country.trunk + groups, 18],
  [({ country, groups }) => country.trunk + digits(groups), 9],
  [({ country, groups }) => separated(country.trunk + groups, '-'), 8],
  [({ country, groups }) => bracketed(groups, country.trunk), 6],
  [({ country, groups }) => `00${country.code} ${groups}`, 2],
  [({ country, groups }) => `00${country.code}${digits(groups)}`, 2],
  [({ country, groups }) => separated(country.trunk + groups, '.'), 2],
  [({ country, groups }) => `+${country.code} (0)${groups}`, 1],
  [({ country, groups }) => separated(`+${country.code} ${groups}`, '-'), 1],
  [({ country, groups }) => (country.trunk + groups).replace(' ', '/'), 1],
])

/** Written by people who think of one country only. */
const AMERICAN_STYLES: Odds<Style> = weighted<Style>([
  [({ groups }) => bracketed(groups), 35],
  [({ groups }) => separated(groups, '-'), 25],
  [({ groups }) => `+1${digits(groups)}`, 15],
  [({ groups }) => separated(`+1 ${groups}`, '-'), 8],
  [({ groups }) => `+1 ${bracketed(groups)}`, 7],
  [({ groups }) => separated(groups, '.'), 6],
  [({ groups }) => digits(groups), 4],
])

/** Draws a number of one of the countries named by `keys`. */
export function drawPhone(random: Random, keys: readonly string[]): PhoneNumber {
  const country = COUNTRIES[random.pick(keys)]
  if (country === undefined)
    throw new Error(`No phone numbers for one of ${keys.join(', ')}: add it to phones.ts`)
  return { country, groups: fill(random, random.pick(country.patterns)) }
}

/** The number as one of many people might have typed it. */
export function writePhone(random: Random, number: PhoneNumber): string {
  return random.draw(number.country.code === '1' ? AMERICAN_STYLES : STYLES)(number)
}

/** The number as a phone network writes it: `+493023125042`. */
export function e164({ country, groups }: PhoneNumber): string {
  return `+${country.code}${digits(groups)}`
}

function country(code: string, trunk: string, patterns: string): Country {
  return { code, trunk, patterns: patterns.split(', ') }
}

function fill(random: Random, pattern: string): string {
  let filled = ''
  for (const mark of pattern) {
    if (mark === '#') filled += random.below(10)
    else if (mark === 'N') filled += 2 + random.below(8)
    else filled += mark
  }
  return filled
}

function digits(groups: string): string {
  return groups.replace(/[ -]/g, '')
}

function separated(groups: string, separator: string): string {
  return groups.replace(/[ -]/g, separator)
}

/** `(030) 23125-042`; a trunk prefix that people set apart stays outside: `8 (495) 000-21-98`. */
function bracketed(groups: string, trunk = ''): string {
  const open = trunk.endsWith(' ') ? `${trunk}(` : `(${trunk}`
  const gap = groups.search(/[ -]/)
  return `${open}${groups.slice(0, gap)}) ${separated(groups.slice(gap + 1), '-')}`
}
