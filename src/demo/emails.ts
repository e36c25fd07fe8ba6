// E-mail addresses that reach nobody: every domain is one RFC 2606 or RFC 6761 keeps for examples.

import type { PersonName } from './names.ts'
import { type Odds, type Random, weighted } from './random.ts'

const DOMAINS: Odds<string> = weighted([
  ['gmail.example', 25],
  ['web.example.com', 12],
  ['mail.example.org', 10],
  ['hotmail.example', 9],
  ['gmx.example.net', 7],
  ['yahoo.example', 6],
  ['icloud.example', 5],
  ['outlook.example.com', 5],
  ['qq.example', 4],
  ['firma.example.net', 3],
  ['correo.example.org', 3],
  ['uol.example.com', 3],
  ['yandex.example', 3],
  ['naver.example', 2],
  ['uni.example.org', 2],
  ['example.com', 1],
])

type Style = (given: string, family: string, random: Random) => string

const STYLES: Odds<Style> = weighted<Style>([
  [(given, family) => `${given}.${family}`, 26],
  [(given, family, random) => `${given}.${family}${random.below(100)}`, 16],
  [(given, _, random) => `${given}${random.below(10_000)}`, 14],
  [(given, family, random) => `${given}${family}${year(random)}`, 11],
  [(given, family) => `${given.charAt(0)}${family}`, 8],
  [(given, family) => `${given.charAt(0)}.${family}`, 6],
  [(given, family, random) => `${given}_${family}${random.below(1_000)}`, 6],
  [(given, family) => `${family}.${given}`, 5],
  [(given, family, random) => `${family}${given.charAt(0)}${year(random)}`, 4],
  [(given, family) => `${given}-${family}`, 2],
  [(given, family, random) => `${given}.${family}+${random.pick(['shop', 'news', 'support'])}`, 2],
])

/** An address made of the name's Latin letters. */
export function drawEmail(random: Random, { given, family }: PersonName): string {
  const address = `${random.draw(STYLES)(given, family, random)}@${random.draw(DOMAINS)}`
  return random.chance(0.04) ? mixedCase(address) : address
}

/** The address of a company's own domain. */
export function companyEmail({ given, family }: PersonName): string {
  return `${given}@${family}.example`
}

/** As a phone's keyboard or a proud owner would write it: `Anna.Berg@gmail.example`. */
function mixedCase(address: string): string {
  return address.replace(
    /(^|[._-])([a-z])(?=.*@)/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
}

function year(random: Random): number {
  return 1950 + random.below(60)
}
