// A sort column's share of one source: where each document's keys are in the column's heap. Arrays in shared memory.

import { endAt } from './key-heap.ts'
import { LEFT_OUT } from './merge.ts'

/** Addresses of keys, by document number; a document without any counts as missing the field. */
export interface ColumnPart {
  readonly smallest: Uint32Array
  /** Only where a path led through an array. */
  readonly largest: Uint32Array | undefined
  /** Number of the trail, or 0; only where a path led through an array. */
  readonly trails: Uint32Array | undefined
}

export const noAddresses = new Uint32Array(0)

/**
 * The parts of several sources as one, whose documents have got other numbers.
 * @param numbers  for each source, the new number of each of its documents, or `LEFT_OUT`
 * @param documents  how many there are under new numbers
 */
export function joinParts(
  parts: readonly (ColumnPart | undefined)[],
  numbers: readonly Uint32Array[],
  documents: number,
): ColumnPart {
  const hasArrays = parts.some((part) => part?.trails !== undefined)
  const join = (addressesOf: (part: ColumnPart) => Uint32Array | undefined) =>
    joined(
      parts.map((part) => part && addressesOf(part)),
      numbers,
      documents,
    )
  return {
    smallest: join(({ smallest }) => smallest),
    largest: hasArrays ? join(({ largest, smallest }) => largest ?? smallest) : undefined,
    trails: hasArrays ? join(({ trails }) => trails) : undefined,
  }
}

/** Bytes of the heap that are nobody's once these documents are left out. */
export function bytesLeftOut(
  heap: Uint8Array,
  parts: readonly (ColumnPart | undefined)[],
  numbers: readonly Uint32Array[],
): number {
  let bytes = 0
  for (const [at, part] of parts.entries()) {
    const to = numbers[at] ?? noAddresses
    const length = Math.min(part?.smallest.length ?? 0, to.length)
    for (let number = 0; number < length; number++) {
      if (to[number] === LEFT_OUT) bytes += bytesOf(heap, part, number)
    }
  }
  return bytes
}

function bytesOf(heap: Uint8Array, part: ColumnPart | undefined, number: number): number {
  const address = part?.smallest[number] ?? 0
  const other = part?.largest?.[number] ?? address
  return lengthAt(heap, address) + (other === address ? 0 : lengthAt(heap, other))
}

/** The key of `null`, at address 0, is everybody's. */
function lengthAt(heap: Uint8Array, address: number): number {
  return address === 0 ? 0 : endAt(heap, address) - address
}

function joined(
  parts: readonly (Uint32Array | undefined)[],
  numbers: readonly Uint32Array[],
  documents: number,
): Uint32Array {
  const all = new Uint32Array(new SharedArrayBuffer(4 * documents))
  for (const [at, part] of parts.entries()) {
    const to = numbers[at] ?? noAddresses
    const length = Math.min(part?.length ?? 0, to.length)
    for (let number = 0; number < length; number++) {
      const target = to[number] ?? LEFT_OUT
      if (target !== LEFT_OUT) all[target] = part?.[number] ?? 0
    }
  }
  return all
}
