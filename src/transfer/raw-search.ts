// Whether texts stand in files, byte for byte, whatever the files are.

import { createReadStream } from 'node:fs'

/** Bytes read at once. */
const CHUNK_BYTES = 4 * 1024 * 1024

/** Places in which a file has the texts: how many for each text it has. */
export async function placesIn(file: string, texts: readonly string[]): Promise<Map<string, number>> {
  const needles = texts.map((text) => ({ text, bytes: Buffer.from(text) }))
  const longest = Math.max(0, ...needles.map(({ bytes }) => bytes.length))
  const places = new Map<string, number>()
  // The end of each chunk stays for the next: a text may begin in it.
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const window = Buffer.concat([rest, chunk])
    for (const { text, bytes } of needles) {
      // Those that lie in what stayed altogether were counted before.
      const from = Math.max(0, rest.length - bytes.length + 1)
      const count = countOf(window, bytes, from)
      if (count > 0) places.set(text, (places.get(text) ?? 0) + count)
    }
    rest = window.subarray(Math.max(0, window.length - longest + 1))
  }
  return places
}

function countOf(bytes: Buffer, needle: Buffer, from: number): number {
  let count = 0
  for (let at = bytes.indexOf(needle, from); at !== -1; at = bytes.indexOf(needle, at + 1)) count += 1
  return count
}
