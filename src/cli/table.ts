// Rows of text in columns, for terminals: as wide as they look, not as long as they are.

const segmenter = new Intl.Segmenter()
/** Characters that take two columns, nearly all of them: East Asian scripts, full-width forms, emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u
const NO_WIDTH = /^\p{M}+$/u

/** One line for each row, columns two spaces apart; columns without any text are left out. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = (rows[0] ?? []).map((_, at) => rows.map((row) => row[at] ?? ''))
  const cells = columns.filter((column) => column.some((cell) => cell !== '')).map(padColumn)
  return rows.map((_, at) =>
    cells
      .map((column) => column[at])
      .join('  ')
      .trimEnd(),
  )
}

/** The text, cut to so many columns with an ellipsis when it is wider. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let [kept, width] = ['', 0]
  for (const { segment } of segmenter.segment(text)) {
    width += characterWidth(segment)
    if (width >= columns) break
    kept += segment
  }
  return `${kept}…`
}

function padColumn(column: readonly string[]): string[] {
  const widths = column.map(widthOf)
  const widest = widths.reduce((most, width) => Math.max(most, width), 0)
  return column.map((cell, at) => cell + ' '.repeat(widest - (widths[at] ?? 0)))
}

function widthOf(text: string): number {
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += characterWidth(segment)
  return width
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
