// Ids of users, rooms and what belongs to them, as Meteor makes them.

import { randomInt } from 'node:crypto'

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'

/** 17 characters of an alphabet without look-alikes. */
export function meteorId(): string {
  return Array.from({ length: 17 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
