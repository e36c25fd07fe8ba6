// HTML put together so that text cannot become markup: what a template is filled with is escaped, unless it is Html.

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template. `false` and `undefined` leave nothing. */
export type Fill = string | number | false | undefined | Html | readonly Fill[]

/** A piece of HTML, as in html`<p>${text}</p>`. */
export function html(parts: TemplateStringsArray, ...fills: readonly Fill[]): Html {
  return new Html(parts.map((part, at) => part + markup(fills[at])).join(''))
}

function markup(fill: Fill): string {
  if (fill === undefined || fill === false) return ''
  if (fill instanceof Html) return fill.text
  return typeof fill === 'object' ? fill.map(markup).join('') : escaped(String(fill))
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
