// The page to read: an OpenAPI document of ours as HTML. It needs no script; long parts fold by `<details>`.

import { type Fill, type Html, html } from './html.ts'
import type { Media, OpenApiDocument, Operation, Parameter, Response } from './openapi.ts'
import { type SchemaRow, schemaRows } from './openapi-rows.ts'

/** An operation with its address. */
interface Endpoint {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export function documentationPage(document: OpenApiDocument): string {
  const sections = document.tags.map((tag) => ({
    ...tag,
    id: idOf(tag.name),
    endpoints: endpointsOf(document, tag.name),
  }))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${document.info.title} API</title>
<link rel="stylesheet" href="api-docs/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the endpoints</a>
<header>
<h1>${document.info.title} API</h1>
<p>Version ${document.info.version}. For programs: <a href="api/v1/openapi.json">openapi.json</a>, OpenAPI ${document.openapi}.</p>
</header>
<nav aria-label="Endpoints">
<ul>
${sections.map(
  ({ id, name, endpoints }) => html`<li><a href="#${id}">${name}</a>
<ul>${endpoints.map(navigationItem)}</ul></li>
`,
)}</ul>
</nav>
<main id="main">
${document.info.description.split('\n\n').map(paragraph)}
${commonErrors(document)}
${sections.map(
  ({ id, name, description, endpoints }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${paragraph(description)}
${endpoints.map((endpoint) => endpointArticle(document, endpoint))}
</section>
`,
)}
</main>
</body>
</html>
`.text
}

function endpointsOf({ paths }: OpenApiDocument, tag: string): Endpoint[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags[0] === tag)
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function navigationItem({ method, path, operation }: Endpoint): Html {
  return html`<li><a href="#${operation.operationId}">${badge(method)} <span>${breakable(shortPath(path))}</span></a></li>
`
}

function shortPath(path: string): string {
  return path.replace(/^\/api\/v1\//, '')
}

function endpointArticle(document: OpenApiDocument, endpoint: Endpoint): Html {
  const { method, path, operation } = endpoint
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const success = jsonOf(responses[200])
  const body = jsonOf(requestBody)
  return html`<article aria-labelledby="${operationId}">
<h3 id="${operationId}">${badge(method)} <code>${breakable(path)}</code></h3>
<p class="summary">${summary}.</p>
${description && paragraph(description)}
${
  parameters.length > 0 &&
  html`<h4>Parameters</h4>
${rowsTable(
  'Parameters',
  'required',
  parameters.flatMap((one) => parameterRows(document, one)),
)}`
}
${
  body &&
  html`<h4>Body</h4>
${rowsTable('Body', 'required', schemaRows(document, body.schema))}`
}
<h4>Try it</h4>
${code(curlLine(document, endpoint))}
<h4>Reply</h4>
${success && code(JSON.stringify(success.example, null, 2))}
${
  success &&
  html`<details><summary>Members of the reply</summary>
${rowsTable('Members of the reply', 'always', schemaRows(document, success.schema))}</details>`
}
${!success && html`<p>Plain text.</p>`}
${errorsPart(responses)}
</article>
`
}

function parameterRows(document: OpenApiDocument, parameter: Parameter): SchemaRow[] {
  const { name, required, description = '', schema, example } = parameter
  const described = example === undefined ? [description] : [description, `Example: \`${example}\``]
  const [row] = schemaRows(document, schema)
  return row === undefined ? [] : [{ ...row, name, required, description: described.join(' ') }]
}

/** @param mark  what to call a member that is there in any case */
function rowsTable(label: string, mark: 'required' | 'always', rows: readonly SchemaRow[]): Html {
  return table(
    label,
    ['name', 'type', 'meaning'],
    rows.map(({ name, type, rules, required, description }) => [
      html`<code>${breakable(name)}</code>${required && html` <span class="mark ${mark}">${mark}</span>`}`,
      html`${type}${rules.length > 0 && html`<span class="rules">${inline(rules.join(', '))}</span>`}`,
      inline(description),
    ]),
  )
}

/** What any endpoint may answer with: said once. */
function commonErrors({ paths }: OpenApiDocument): Html {
  const [operation] = Object.values(paths).flatMap((methods) => Object.values(methods))
  const common = operation?.responses.default
  const rows = common === undefined ? [] : errorRows('', common)
  // Their messages name the status themselves.
  return folded(
    'Errors of any endpoint',
    ['code', 'message', 'reply'],
    rows.map((row) => row.slice(1)),
  )
}

function errorsPart(responses: Operation['responses']): Html | false {
  const own = Object.entries(responses).filter(([status]) => status !== 'default')
  const rows = own.flatMap(([status, response]) => errorRows(status, response))
  return rows.length > 0 && folded('Errors', ['status', 'code', 'message', 'reply'], rows)
}

function folded(label: string, head: readonly string[], rows: readonly Fill[][]): Html {
  return html`<details><summary>${label}</summary>
${table(label, head, rows)}</details>`
}

function errorRows(status: string, response: Response): Fill[][] {
  return Object.entries(jsonOf(response)?.examples ?? {}).map(([code, { summary, description, value }]) => [
    status,
    html`<code>${breakable(code)}</code>`,
    html`${summary}${description && html`<span class="rules">${description}</span>`}`,
    html`<code>${breakable(JSON.stringify(value))}</code>`,
  ])
}

/** A table that scrolls by itself where it is too wide, also by keyboard. */
function table(label: string, head: readonly string[], rows: readonly (readonly Fill[])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([
    first = '',
    ...others
  ]) => html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>
`
}

/** A command that works once the words in capitals are replaced. */
function curlLine(document: OpenApiDocument, { method, path, operation }: Endpoint): string {
  const example = jsonOf(operation.requestBody)?.example
  const address = `${document.servers[0]?.url}${path.replace(/\{(\w+)\}/g, (_, name) => name.toUpperCase())}`
  const query = exampleQuery(operation)
  return [
    `curl ${query.length > 0 ? '--get ' : method === 'GET' ? '' : `-X ${method} `}${quoted(address)}`,
    ...(operation.security.length > 0 ? [`-H 'X-User-Id: USER_ID'`, `-H 'X-Auth-Token: AUTH_TOKEN'`] : []),
    ...query.map(({ name, example }) => `--data-urlencode ${quoted(`${name}=${example}`)}`),
    ...(example === undefined
      ? []
      : [`-H 'Content-Type: application/json'`, `-d ${quoted(shortJson(example))}`]),
  ].join(' \\\n  ')
}

/** Parameters with an example: of those that exclude each other the first, and no offset, to begin at the beginning. */
function exampleQuery({ parameters, description = '' }: Operation): readonly Parameter[] {
  const shown = parameters.filter(
    ({ in: place, name, example }) => place === 'query' && example !== undefined && name !== 'offset',
  )
  return description.includes('exactly one of') ? shown.slice(0, 1) : shown
}

/** On one line where it fits. */
function shortJson(value: unknown): string {
  const line = JSON.stringify(value)
  return line.length <= 60 ? line : JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function jsonOf(part: Pick<Response, 'content'> | undefined): Media | undefined {
  return part?.content['application/json']
}

function badge(method: string): Html {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`
}

function code(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>
`
}

function paragraph(text: string): Html {
  return html`<p>${inline(text)}</p>
`
}

/** Text with `code` in it. */
function inline(text: string): Html[] {
  return text.split('`').map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))
}

/** A long name that may break where its parts meet. */
function breakable(name: string): Html[] {
  return name.split(/(?<=[./,_-])|(?<=[a-z])(?=[A-Z])/).map((part) => html`${part}<wbr>`)
}

function idOf(name: string): string {
  return `tag-${name.toLowerCase().replace(/\W+/g, '-')}`
}
