// Figures for people: the way a number is written, and tables of them for terminals and for Markdown.

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** Cells in the order of the columns; the first names the row. */
  readonly rows: readonly (readonly string[])[]
}

export function textTable({ title, columns, rows }: Table): string {
  const widths = columns.map((_, at) => Math.max(...[columns, ...rows].map((row) => widthOf(row, at))))
  const lines = [columns, widths.map((width) => '-'.repeat(width)), ...rows].map((row) =>
    row.map((cell, at) => aligned(cell, at, widths[at] ?? 0)).join('  '),
  )
  return [title, '', ...lines.map((line) => `  ${line}`.trimEnd())].join('\n')
}

export function markdownTable({ title, columns, rows }: Table): string {
  const rule = columns.map((_, at) => (at === 0 ? '---' : '---:'))
  const lines = [columns, rule, ...rows].map((row) => `| ${row.join(' | ')} |`)
  return [`**${title}**`, '', ...lines].join('\n')
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

export function microseconds(value: number): string {
  return `${count(value)} µs`
}

export function milliseconds(value: number): string {
  return `${decimals(value)} ms`
}

export function seconds(value: number): string {
  return `${decimals(value)} s`
}

/** Three digits or so, whatever the size of the number. */
export function decimals(value: number): string {
  if (value >= 100) return count(value)
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** `unknown` where the system does not tell. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : `${count(bytes / 1_000_000)} MB`
}

/** Cores kept busy; `unknown` where the system does not tell. */
export function cores(value: number | undefined): string {
  return value === undefined ? 'unknown' : `${value.toFixed(1)} cores`
}

export function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`
}

function widthOf(row: readonly string[], at: number): number {
  return row[at]?.length ?? 0
}

function aligned(cell: string, at: number, width: number): string {
  return at === 0 ? cell.padEnd(width) : cell.padStart(width)
}
