// The terminal: results on standard output, everything said to people on standard error.

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Whoever reads the output may stop early, as `head` does: that ends the program, but is no mistake. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    printError(`standard output cannot be written: ${error.message}`)
    process.exit(1)
  })
}

/**
 * What a terminal would obey rather than show: control characters (escape sequences begin with one), line and paragraph
 * separators, the characters that turn the direction of writing, halves of surrogate pairs.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu

/** Text from elsewhere, safe for a terminal: characters it would obey are shown by their number, as `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${hex(character)}}`)
}

/** JSON text that means the same and is safe for a terminal. */
export function visibleJson(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${hex(character).padStart(4, '0')}`)
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16)
}
