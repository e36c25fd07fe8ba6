// Sort values as bytes whose order is the order of the values, so that values of a million records can stand in one
// buffer, be compared without being parsed, and be sorted in another thread. The first byte is the type; within an object
// strings end with two zeros, and a zero in a string is followed by 0xFF, so that the shorter of two comes first.

import type { SortValue } from './sort-value.ts'
import { encodeText } from './wtf8.ts'

const EMPTY_ARRAY = 1
const NULL = 2
const NUMBER = 3
const STRING = 4
const OBJECT = 5
const ARRAY = 6
const BOOLEAN = 7

/** What a missing field counts as. */
export const nullKey = Uint8Array.of(NULL)

const number = new DataView(new ArrayBuffer(8))

/** `compareBytes` of two keys has the sign of `compareSortValues` of their values. */
export function encodeSortKey(value: SortValue): Uint8Array {
  if (typeof value === 'string' && !value.includes('\0')) return withType(STRING, encodeText(value))
  if (value === null) return nullKey
  const bytes: number[] = []
  writeValue(bytes, value)
  return Uint8Array.from(bytes)
}

function withType(type: number, bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(bytes.length + 1)
  key[0] = type
  key.set(bytes, 1)
  return key
}

function writeValue(bytes: number[], value: SortValue): void {
  bytes.push(typeOf(value))
  if (typeof value === 'number') writeNumber(bytes, value)
  else if (typeof value === 'boolean') bytes.push(Number(value))
  else if (typeof value === 'string') writeText(bytes, value)
  else if (typeof value === 'object' && value !== null) writeFields(bytes, value)
}

function typeOf(value: SortValue): number {
  if (value === undefined) return EMPTY_ARRAY
  if (value === null) return NULL
  if (typeof value === 'number') return NUMBER
  if (typeof value === 'string') return STRING
  if (typeof value === 'boolean') return BOOLEAN
  return Array.isArray(value) ? ARRAY : OBJECT
}

/** IEEE 754 from the highest byte: positive numbers ascend once their sign is set, negative ones once all is inverted. */
function writeNumber(bytes: number[], value: number): void {
  number.setFloat64(0, value + 0)
  const isNegative = number.getUint8(0) >= 0x80
  for (let at = 0; at < 8; at++) {
    const byte = number.getUint8(at)
    if (isNegative) bytes.push(byte ^ 0xff)
    else bytes.push(at === 0 ? byte | 0x80 : byte)
  }
}

function writeText(bytes: number[], text: string): void {
  for (const byte of encodeText(text)) {
    bytes.push(byte)
    if (byte === 0) bytes.push(0xff)
  }
}

/** Each field as type, name, value; a zero where the next type would be ends them. */
function writeFields(bytes: number[], value: object): void {
  for (const [name, field] of Object.entries(value) as [string, SortValue][]) {
    bytes.push(typeOf(field))
    writeText(bytes, name)
    bytes.push(0, 0)
    writeValue(bytes, field)
    if (typeof field === 'string') bytes.push(0, 0)
  }
  bytes.push(0)
}
