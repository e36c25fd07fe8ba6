// Lines out of bytes that arrive in any pieces.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LineSplitter } from '../../src/transfer/ndjson.ts'

describe('LineSplitter', () => {
  it('gives the same lines however the bytes arrive', () => {
    const bytes = Buffer.from('\ufeffone\r\n\nzwei — drei\n四五\n \nlast')
    const whole = lines([bytes], 100)
    assert.deepEqual(whole, ['1 one\r', '3 zwei — drei', '4 四五', '6 last'])
    for (let size = 1; size < bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      assert.deepEqual(lines(chunks, 100), whole, `in pieces of ${size}`)
    }
  })

  it('lets lines of the greatest length pass and longer ones not, wherever the pieces end', () => {
    const text = Buffer.from('12345\n123456\n1234\n')
    const expected = ['1 12345', '2 too long', '3 1234']
    assert.deepEqual(lines([text], 5), expected)
    for (let at = 1; at < text.length; at++) {
      assert.deepEqual(lines([text.subarray(0, at), text.subarray(at)], 5), expected)
    }
  })

  it('does not hold a line that is too long', () => {
    const splitter = new LineSplitter(1_000)
    const before = process.memoryUsage().arrayBuffers
    const chunk = new Uint8Array(1_000_000).fill(0x78)
    for (let count = 0; count < 300; count++) assert.deepEqual([...splitter.push(chunk)], [])
    assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000)
    assert.deepEqual([...splitter.end()], [{ number: 1, bytes: undefined }])
  })

  function lines(chunks: readonly Uint8Array[], maxBytes: number): string[] {
    const splitter = new LineSplitter(maxBytes)
    const found: string[] = []
    const note = (line: { number: number; bytes: Uint8Array | undefined }) =>
      found.push(`${line.number} ${line.bytes ? Buffer.from(line.bytes) : 'too long'}`)
    for (const chunk of chunks) for (const line of splitter.push(chunk)) note(line)
    for (const line of splitter.end()) note(line)
    return found
  }
})
