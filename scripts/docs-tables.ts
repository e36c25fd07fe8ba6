// The tables of docs/ that are made from the code, so that they cannot go out of date: settings, errors, endpoints.
// `npm run docs` writes them between their markers; test/docs.test.ts compares.

import { readFileSync } from 'node:fs'
import { SETTINGS, type Setting } from '../src/config.ts'
import { type ErrorMaker, errors } from '../src/errors.ts'
import type { Admission, Route, Services } from '../src/http/route.ts'
import { apiRoutes } from '../src/http/server.ts'

/** Pages below docs/ with a made table, by the name in their marker. */
export const PAGES: Readonly<Record<string, { page: string; table: () => string }>> = {
  settings: { page: 'docs/config.md', table: settingsTable },
  errors: { page: 'docs/errors.md', table: errorsTable },
  endpoints: { page: 'docs/api.md', table: endpointsTable },
}

/** The page as it should be: its own text, with a fresh table between the markers. */
export function pageWithTable(name: string): string {
  const { page, table } = PAGES[name] ?? { page: '', table: () => '' }
  const [before, after] = [`<!-- ${name}: made by npm run docs -->`, `<!-- end of ${name} -->`]
  const text = readFileSync(page, 'utf8')
  if (!text.includes(before) || !text.includes(after))
    throw new Error(`${page} has no place for the table ${name}`)
  return `${text.split(before)[0]}${before}\n\n${table()}\n\n${after}${text.split(after)[1]}`
}

function settingsTable(): string {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map((setting) => [
    setting.flag === undefined ? '' : `\`--${setting.flag} ${setting.value ?? ''}\``,
    `\`${setting.env}\``,
    setting.default ? `\`${setting.default}\`` : '',
    setting.meaning,
  ])
  return markdown(['flag', 'environment', 'default', 'meaning'], rows)
}

function errorsTable(): string {
  const makers = Object.values(errors) as unknown as ErrorMaker<object>[]
  const rows = makers.map((make) => {
    const { code, status, hint } = make.definition
    return [`\`${code}\``, String(status), messageOf(make), hint ?? '']
  })
  return markdown(['code', 'status', 'message', 'what to do'], rows.sort(byFirst))
}

/** The message with `{name}` where a value goes. Lists stand for texts: they print the same and can be mapped over. */
function messageOf(make: ErrorMaker<object>): string {
  const placeholders = new Proxy({}, { get: (_, name) => [`{${String(name)}}`] })
  return make(placeholders).message.replaceAll('\n', ' ')
}

function endpointsTable(): string {
  // Only the handlers touch the services, and nothing is handled here.
  const routes = apiRoutes({} as Services)
  const rows = routes.map((route) => [`\`${route.method} ${route.path}\``, admissionOf(route), route.summary])
  return markdown(['endpoint', 'who', 'what'], rows)
}

function admissionOf({ admission }: Route): string {
  return typeof admission === 'string' ? admission : permissionsOf(admission)
}

function permissionsOf(admission: Exclude<Admission, string>): string {
  return 'permissions' in admission
    ? admission.permissions.map((permission) => `\`${permission}\``).join(' and ')
    : admission.anyPermission.map((permission) => `\`${permission}\``).join(' or ')
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function byFirst([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : 1
}
