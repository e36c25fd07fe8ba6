// Rejected entries as a file that can be mended and imported again: each as it stood, after a line that says why it was rejected.
// Those lines begin in a way that no contact does, and an import passes over them.

const NOTE = '#omnidex-rejected'
const NOTE_BYTES = Buffer.from(NOTE)

export interface Rejected {
  readonly number: number
  /** May quote the input, so it is not safe for a terminal as it is. */
  readonly reason: string
  readonly original: Uint8Array | undefined
}

/** What is written of a rejected entry. */
export function noteOf({ number, reason, original }: Rejected): string {
  const note = `${NOTE} ${number}: ${reason.replaceAll(/[\r\n]+/g, ' ')}\n`
  if (original === undefined) return note
  const text = Buffer.from(original).toString()
  return note + (text.endsWith('\n') ? text : `${text}\n`)
}

/** Whether the line is one that says why what follows was rejected. */
export function isNote(line: Uint8Array): boolean {
  return line[0] === NOTE_BYTES[0] && NOTE_BYTES.every((byte, at) => line[at] === byte)
}

/** A text with such lines left empty. */
export function withoutNotes(text: string): string {
  return text.includes(NOTE) ? text.replaceAll(new RegExp(`^${NOTE}.*`, 'gm'), '') : text
}
