// The chart of a run: a curve for each engine, from its quickest keystroke to its worst; below it, when there are
// several sizes, how the 99th percentile grows with the contacts. Times are on scales of powers of ten.

import { count } from '../table.ts'
import { ENGINES, type EngineName } from './engines.ts'
import type { EngineResult, SizeResult } from './results.ts'
import { dot, type LogAxis, label, line, logAxis, type Point, polyline } from './svg.ts'

const WIDTH = 860
const HEIGHT = 400

/** Of the plot within its part of the chart; the room on the right is for the engines' names. */
const PLOT = { left: 72, right: 690, top: 64, bottom: 350 } as const

/** Pixels from one name to the next, at least. */
const NAME_HEIGHT = 17

/** Mid-tones, which both a white and a black page set off. */
const COLOURS: Readonly<Record<EngineName, string>> = {
  omnidex: '#d9480f',
  database: '#e8a33d',
  citus: '#c2255c',
  postgres: '#3b82d6',
  'postgres-ilike': '#7a73d1',
  sqlite: '#12907f',
  scan: '#808890',
  minisearch: '#b5549f',
}

const STYLE = `
  .page { fill: #ffffff }
  text { fill: #24292f; font: 13px system-ui, sans-serif }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .middle { text-anchor: middle }
  .end { text-anchor: end }
  .grid { stroke: #d8dee4 }
  polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round }
${Object.entries(COLOURS).map(engineStyle).join('\n')}
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 }
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .grid { stroke: #30363d }
  }
`

/** A line of the chart. */
interface Curve {
  readonly engine: EngineName
  readonly points: readonly { readonly at: number; readonly ms: number }[]
}

interface Plot {
  readonly title: string
  readonly subtitle: string
  readonly curves: readonly Curve[]
  /** From `at` to pixels. */
  readonly place: (at: number) => number
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** Whether each point stands for something by itself. */
  readonly dots: boolean
}

/** @param sizes from the fewest contacts to the most; the largest that has peers is shown in full */
export function chartOf(sizes: readonly SizeResult[]): string {
  const shown = sizes.findLast(({ engines }) => engines.length > 1) ?? sizes.at(-1)
  const plots = [
    ...(shown === undefined ? [] : [percentilePlot(shown)]),
    ...(sizes.length > 1 ? [growthPlot(sizes)] : []),
  ]
  const height = HEIGHT * plots.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    '<title>Time of a keystroke, by engine</title>',
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    ...plots.map((plot, at) => `<g transform="translate(0 ${at * HEIGHT})">\n${draw(plot)}\n</g>`),
    '</svg>',
    '',
  ].join('\n')
}

function percentilePlot({ contacts, texts, engines }: SizeResult): Plot {
  const nines = Math.log10(texts)
  return {
    title: `Time of a keystroke, ${count(contacts)} contacts`,
    subtitle:
      'first 50 by name and exact total; from the quickest keystroke on the left to the worst on the right',
    curves: engines.map(percentileCurveOf),
    place: (at) => PLOT.left + (at / nines) * (PLOT.right - PLOT.left),
    ticks: [0, 0.5, 0.9, 0.99, 0.999, 0.9999]
      .map((fraction) => ({ at: ninesIn(fraction), text: `${Number((fraction * 100).toFixed(2))} %` }))
      .filter(({ at }) => at <= nines),
    dots: false,
  }
}

function growthPlot(sizes: readonly SizeResult[]): Plot {
  const contacts = sizes.map((size) => size.contacts)
  const [least = 1, most = least] = [contacts[0], contacts.at(-1)]
  const names = [...new Set(sizes.flatMap(({ engines }) => engines.map(({ engine }) => engine)))]
  return {
    title: 'Time of a keystroke by number of contacts',
    subtitle: '99th percentile: 99 of 100 keystrokes took so long or less',
    curves: names.map((engine) => ({ engine, points: sizes.flatMap((size) => p99Of(size, engine)) })),
    place: (at) =>
      PLOT.left + 20 + (Math.log(at / least) / Math.log(most / least)) * (PLOT.right - PLOT.left - 40),
    ticks: contacts.map((at) => ({ at, text: count(at) })),
    dots: true,
  }
}

function percentileCurveOf({ engine, curve }: EngineResult): Curve {
  return { engine, points: curve.map(({ fraction, ms }) => ({ at: ninesIn(fraction), ms })) }
}

function p99Of({ contacts, engines }: SizeResult, name: EngineName): Curve['points'] {
  return engines
    .filter(({ engine }) => engine === name)
    .map(({ latency }) => ({ at: contacts, ms: latency.p99Ms }))
}

/** 1 for 0.9, 2 for 0.99: so the axis gives each further nine the same room. */
function ninesIn(fraction: number): number {
  return -Math.log10(1 - fraction)
}

function draw(plot: Plot): string {
  const times = plot.curves.flatMap(({ points }) => points.map(({ ms }) => ms))
  const axis = logAxis(times, PLOT.bottom, PLOT.top)
  return [
    label('title', { x: 20, y: 28 }, plot.title),
    label('quiet', { x: 20, y: 47 }, plot.subtitle),
    ...axis.ticks.flatMap((ms) => timeTick(ms, axis.place(ms))),
    ...plot.ticks.map(({ at, text }) =>
      label('quiet middle', { x: plot.place(at), y: PLOT.bottom + 22 }, text),
    ),
    ...plot.curves.flatMap((curve) => drawCurve(curve, plot, axis)),
    ...drawNames(plot, axis),
  ].join('\n')
}

function timeTick(ms: number, y: number): string[] {
  return [
    line('grid', { x: PLOT.left, y }, { x: PLOT.right, y }),
    label('quiet end', { x: PLOT.left - 8, y: y + 4 }, timeText(ms)),
  ]
}

function timeText(ms: number): string {
  if (ms < 1) return `${Number((ms * 1_000).toPrecision(1))} µs`
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`
}

function drawCurve({ engine, points }: Curve, { place, dots }: Plot, axis: LogAxis): string[] {
  const places = points.map(({ at, ms }) => ({ x: place(at), y: axis.place(ms) }))
  return [polyline(engine, places), ...(dots ? places.map((point) => dot(engine, point)) : [])]
}

/** Each engine's name beside the end of its line, and none upon another. */
function drawNames({ curves }: Plot, axis: LogAxis): string[] {
  const names = curves.map(({ engine, points }) => ({ engine, y: axis.place(points.at(-1)?.ms ?? 1) }))
  names.sort((a, b) => a.y - b.y)
  let free = Number.NEGATIVE_INFINITY
  return names.map(({ engine, y }) => {
    const point: Point = { x: PLOT.right + 12, y: Math.max(y + 4, free) }
    free = point.y + NAME_HEIGHT
    return label(`${engine} name`, point, ENGINES[engine].label)
  })
}

function engineStyle([engine, colour]: [string, string]): string {
  return `  .${engine} { stroke: ${colour} } circle.${engine}, .${engine}.name { fill: ${colour}; stroke: none }`
}
