// The little that charts take of SVG: shapes as text, and an axis in powers of ten. Colours are those of classes, since
// only a style sheet can tell a light page from a dark one.

/** From a value to a place in pixels, by orders of magnitude. */
export interface LogAxis {
  readonly place: (value: number) => number
  /** The powers of ten on the axis. */
  readonly ticks: readonly number[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Begins and ends at a power of ten; `from` and `to` are pixels. */
export function logAxis(values: readonly number[], from: number, to: number): LogAxis {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
  }
}

export function line(kind: string, from: Point, to: Point): string {
  return `<line class="${kind}" x1="${px(from.x)}" y1="${px(from.y)}" x2="${px(to.x)}" y2="${px(to.y)}"/>`
}

export function polyline(kind: string, points: readonly Point[]): string {
  return `<polyline class="${kind}" points="${points.map(({ x, y }) => `${px(x)},${px(y)}`).join(' ')}"/>`
}

export function dot(kind: string, { x, y }: Point): string {
  return `<circle class="${kind}" cx="${px(x)}" cy="${px(y)}" r="3.5"/>`
}

/** `kind` may say `start`, `middle` or `end` among other things; without it text starts at the point. */
export function label(kind: string, { x, y }: Point, text: string): string {
  return `<text class="${kind}" x="${px(x)}" y="${px(y)}">${escapeText(text)}</text>`
}

function px(value: number): string {
  return value.toFixed(1)
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
