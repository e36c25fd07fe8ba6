// Rejected entries as a file that can be mended and imported again: each as it stood, after a line that says why it was rejected.
// The first line says what the file is: only then does an import pass over lines that look like those.

/** The first line of such a file. */
export const REJECTS_HEAD = '#omnidex-rejects: mend what stands here and import it again'

const NOTE = '#omnidex-reject'
const NEWLINE = 0x0a
const NOTE_BYTES = Buffer.from(NOTE)

export interface Rejected {
  readonly number: number
  /** May quote the input, so it is not safe for a terminal as it is. */
  readonly reason: string
  readonly original: Uint8Array | undefined
}

/** What is written of a rejected entry. */
export function noteOf({ number, reason, original = new Uint8Array() }: Rejected): Uint8Array {
  const note = Buffer.from(`${NOTE}ed ${number}: ${reason.replaceAll(/[\r\n]+/g, ' ')}\n`)
  const end = original.length === 0 || original.at(-1) === NEWLINE ? '' : '\n'
  return Buffer.concat([note, original, Buffer.from(end)])
}

/** Whether something that begins so is a file of rejected entries. */
export function hasNotes(head: string): boolean {
  return head.trimStart().startsWith(REJECTS_HEAD)
}

/** Whether the line says why what follows was rejected, or what the file is. */
export function isNote(line: Uint8Array): boolean {
  return line[0] === NOTE_BYTES[0] && NOTE_BYTES.every((byte, at) => line[at] === byte)
}

/** A text with such lines left empty. */
export function withoutNotes(text: string): string {
  return text.includes(NOTE) ? text.replaceAll(new RegExp(`^${NOTE}.*`, 'gm'), '') : text
}
