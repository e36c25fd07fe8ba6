// A route, said once: what it takes, who may use it, what it answers. server.ts serves these and openapi.ts documents
// them, so that neither can drift from the other.

import type { FastifyRequest } from 'fastify'
import type { Access, Session } from '../access/access.ts'
import type { CustomFields } from '../custom-fields.ts'
import type { Directory } from '../directory.ts'
import type { IndexReport } from '../doctor/index-report.ts'
import type { Intake } from '../intake/intake.ts'
import type { Settings } from '../settings.ts'
import type { Uploads } from '../transfer/upload.ts'
import type { CountRules } from './page.ts'
import type { ErrorStyle, JsonSchema, Schema } from './validation.ts'

/** What handlers work with. */
export interface Services {
  readonly directory: Directory
  readonly intake: Intake
  readonly settings: Settings
  readonly customFields: CustomFields
  readonly access: Access
  readonly indexReport: IndexReport
  readonly uploads: Uploads
  readonly counts: CountRules
  /** How clients reach this server, without a slash at the end. */
  readonly rootUrl: () => string
}

/** One request, checked, as its handler sees it. */
export interface Call<Q, B> {
  readonly query: Q
  readonly body: B
  readonly params: Readonly<Record<string, string>>
  readonly session: Session
  readonly request: FastifyRequest
}

/**
 * Who may call: anybody; anybody who brings conversations, counted apart and with the intake secret if there is one; whoever is
 * logged in; or who holds all (or any) of some permissions.
 */
export type Admission =
  | 'public'
  | 'intake'
  | 'login'
  | { readonly permissions: readonly string[] }
  | { readonly anyPermission: readonly string[] }

export interface Route<Q = unknown, B = unknown> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/api/v1/`; parameters as `:name`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly admission: Admission
  /** Set where a mirror of another server answers too: what it has is contacts. */
  readonly isMirrored?: true
  /** Set where a GET changes something: it cannot be asked with HEAD. */
  readonly changes?: true
  readonly query?: Schema<Q>
  readonly body?: Schema<B>
  /** Set where the body is a file of any kind, which the handler reads from `request.body` while it comes. */
  readonly takesFile?: true
  /** How validation errors are written. Default `legacy`. */
  readonly errorStyle?: ErrorStyle
  /** What a 200 reply looks like, `success` included. */
  readonly reply: JsonSchema
  /** Media types of 200 replies that are no JSON. */
  readonly otherReplies?: readonly string[]
  /** Codes of errors.ts that the handler answers with, beside those of every route. */
  readonly errors?: readonly string[]
  /** Its result is sent with `success: true` appended; a Raw one as it is. */
  readonly handler: (call: Call<Q, B>) => Promise<object>
}

/** A reply that is JSON in bytes already, whole or in pieces. */
export class Raw {
  readonly json: Buffer | AsyncIterable<Buffer>
  /** Where the reply is no JSON, or is a file. */
  readonly headers: Readonly<Record<string, string>>

  constructor(json: Buffer | AsyncIterable<Buffer>, headers: Readonly<Record<string, string>> = {}) {
    this.json = json
    this.headers = headers
  }
}

/** Forgets the types of one route, so that routes of many types fit one list. */
export function route<Q, B>(definition: Route<Q, B>): Route {
  return definition as unknown as Route
}
