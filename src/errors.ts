// Every error Omnidex can answer with or stop with: code, HTTP status, message, hint. http/errors.ts turns them into
// replies, cli/main.ts into lines on the terminal. docs/errors.md lists them all and a test holds it to this table.

/** An error with a meaning, said for the person who must act. */
export class OmnidexError extends Error {
  override name = 'OmnidexError'
  readonly code: string
  /** HTTP status of the reply. */
  readonly status: number
  /** What to do about it; absent where the message says it. */
  readonly hint: string | undefined
  readonly form: ErrorForm
  /** What replies call it. */
  readonly errorType: string
  /** Sent along with the reply. */
  readonly details: Readonly<Record<string, unknown>> | undefined
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  readonly retryAfter: number | undefined

  constructor(definition: ErrorDefinition, message: string, { cause, retryAfter }: ErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = definition.code
    this.status = definition.status
    this.hint = definition.hint
    this.form = definition.form
    this.errorType = definition.errorType ?? definition.code
    this.details = definition.details
    this.retryAfter = retryAfter
  }
}

/**
 * How a reply says it. Rocket.Chat has five ways: `coded` is `{error: "message [code]", errorType: code}`, `terse` the same
 * without the message, `typed` without the brackets, `plain` the message alone. Once it says nothing at all, which is `bare`.
 */
export type ErrorForm = 'coded' | 'terse' | 'typed' | 'plain' | 'bare'

export interface ErrorDefinition {
  /** Unique, so that one can search for it. */
  readonly code: string
  /** Defaults to 400; 500 on errors that stop a command or a start and never reach a client. */
  readonly status: number
  readonly hint?: string
  readonly form: ErrorForm
  /** What replies call it, where Rocket.Chat has one name for several errors. Default: the code. */
  readonly errorType?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export interface ErrorContext {
  readonly cause?: unknown
  readonly retryAfter?: number | undefined
}

/** Makes one kind of error, as in `throw errors.contactNotFound()`. */
export interface ErrorMaker<P> {
  (params: P, cause?: unknown): OmnidexError
  readonly definition: ErrorDefinition
}

type Message<P> = string | ((params: P) => string)
type Options = Partial<Omit<ErrorDefinition, 'code'>>

function plain<P = void>(code: string, message: Message<P>, options: Options = {}): ErrorMaker<P> {
  return coded(code, message, { form: 'plain', ...options })
}

function typed<P = void>(code: string, message: Message<P>, options: Options = {}): ErrorMaker<P> {
  return coded(code, message, { form: 'typed', ...options })
}

function coded<P = void>(code: string, message: Message<P>, options: Options = {}): ErrorMaker<P> {
  const definition: ErrorDefinition = Object.freeze({ status: 400, form: 'coded', ...options, code })
  const make = (params: P, cause?: unknown) =>
    new OmnidexError(definition, typeof message === 'string' ? message : message(params), {
      cause,
      retryAfter: secondsOf(params),
    })
  return Object.assign(make, { definition })
}

/** An error that is given `seconds` is over after so many. */
function secondsOf(params: unknown): number | undefined {
  return (params as { seconds?: number } | undefined)?.seconds
}

/** An error that ends a command or refuses a start. */
function fatal<P = void>(code: string, message: Message<P>, hint: string): ErrorMaker<P> {
  return coded(code, message, { status: 500, hint })
}

export const errors = {
  // Contacts
  contactNotFound: plain('error-contact-not-found', 'error-contact-not-found'),
  contactHasNoConflicts: plain('error-contact-has-no-conflicts', 'error-contact-has-no-conflicts'),
  operationInvalid: plain('error-invalid-operation', 'error-invalid-operation', {
    hint: 'a contact keeps a name: send one that is not empty',
  }),
  contactManagerNotFound: plain('error-contact-manager-not-found', 'error-contact-manager-not-found'),
  contactBusy: coded('contact-busy', 'The contact is being changed by too many writers at once', {
    status: 409,
    hint: 'try again in a moment',
  }),
  contactExists: coded<{ id: string }>(
    'contact-exists',
    ({ id }) => `A contact with the id ${id} exists already`,
  ),
  customFieldInvalid: plain<{ label: string }>(
    'custom-field-invalid',
    ({ label }) => `Invalid value for ${label} field`,
  ),
  customFieldNotAllowed: plain<{ key: string }>(
    'custom-field-not-allowed',
    ({ key }) => `Custom field ${key} is not allowed`,
  ),
  customFieldUnknown: plain('custom-field-unknown', 'Custom Field Not found'),
  customFieldNotFound: plain('custom-field-not-found', 'Custom field not found'),
  customFieldExists: plain('custom-field-exists', 'Custom Field already exists'),
  customFieldRegexpInvalid: coded<{ reason: string }>(
    'custom-field-regexp-invalid',
    ({ reason }) => `The regular expression of the custom field is not valid: ${reason}`,
  ),
  customFieldRegexpSlow: coded<{ label: string }>(
    'custom-field-regexp-slow',
    ({ label }) => `The regular expression of ${label} takes too long on this value`,
    { hint: 'an administrator has to simplify it; nested repetition such as (a+)+ is the usual cause' },
  ),
  resourceNotFound: plain('resource-not-found', 'Resource not found', { status: 404 }),

  // Conversations
  settingUnknown: coded('setting-unknown', 'There is no such setting, or it has values of another type', {
    form: 'bare',
  }),
  omnichannelDisabled: coded('error-omnichannel-is-disabled', 'No conversations are taken', {
    form: 'terse',
    hint: 'the setting Livechat_enabled says so',
  }),
  noAgentOnline: coded('no-agent-online', 'Sorry, no online agents', {
    hint: 'make a user an agent, or set Livechat_accept_chats_with_no_agents',
  }),
  agentNotFound: plain('agent-not-found', 'Agent not found', { status: 404 }),
  contactUnknown: plain('error-unknown-contact', 'error-unknown-contact'),
  contactUnverified: plain('error-unverified-contact', 'error-unverified-contact'),
  visitorHasOpenRooms: coded('visitor-has-open-rooms', 'Cannot remove visitors with opened rooms'),
  visitorIsShared: coded('visitor-is-shared', 'Somebody else talks as this visitor, too', {
    hint: 'an agent can delete the contact',
  }),
  visitorManagerUnknown: coded<{ username: string }>(
    'visitor-manager-unknown',
    ({ username }) => `No user found with username ${username}`,
    { errorType: 'error-contact-manager-not-found' },
  ),
  visitorManagerInvalid: coded(
    'error-invalid-contact-manager',
    'The contact manager must have the role "livechat-agent"',
  ),
  visitorSearchMissing: plain('visitor-search-missing', 'Cannot convert undefined or null to object', {
    hint: 'name an e-mail address, a phone number or custom fields',
  }),
  visitorSearchEmpty: coded('error-invalid-params', 'Nothing to search for', {
    form: 'terse',
    hint: 'name an e-mail address, a phone number or custom fields',
  }),
  visitorSearchCustomInvalid: coded('error-invalid-params-custom', 'Not a search by custom fields', {
    form: 'terse',
    hint: 'custom is the JSON text of an object of texts, by the ids of searchable custom fields of visitors',
  }),
  visitorContactInvalid: coded('error-invalid-contact-data', 'Invalid visitor token', {
    hint: 'a token is what a visitor is recognised by, and is not empty',
  }),
  customFieldsMissing: plain<{ ids: readonly string[] }>(
    'custom-fields-missing',
    ({ ids }) => `Missing required custom fields: ${ids.join(', ')}`,
  ),
  departmentInvalid: plain('error-invalid-department', 'error-invalid-department', {
    hint: 'there are no departments here: leave it out',
  }),
  customFieldKeyInvalid: plain('invalid-custom-field', 'invalid-custom-field'),
  visitorTokenEmpty: coded('error-invalid-token', 'Token cannot be empty'),
  visitorTokenInvalid: plain('invalid-token', 'invalid-token'),
  visitorUnknown: coded('visitor-unknown', 'Nobody has this token', {
    form: 'terse',
    errorType: 'invalid-token',
  }),
  closingNotAllowed: plain(
    'error-not-allowed-to-close-conversation',
    'error-not-allowed-to-close-conversation',
    { hint: 'the setting Omnichannel_allow_visitors_to_close_conversation says so' },
  ),
  roomInvalid: plain('invalid-room', 'invalid-room'),
  roomClosed: plain('room-closed', 'room-closed'),
  conversationInvalid: plain('error-invalid-room', 'error-invalid-room'),
  conversationClosed: plain('error-room-already-closed', 'error-room-already-closed'),
  conversationNotYours: plain('error-not-authorized', 'error-not-authorized'),
  conversationsOpen: plain('error-contact-has-open-rooms', 'error-contact-has-open-rooms'),
  inquiryNotFound: plain('error-inquiry-not-found', 'error-inquiry-not-found'),
  agentNotAllowed: plain('error-not-allowed', 'error-not-allowed', {
    hint: 'only a user with the permission view-l-room can take conversations',
  }),
  inquiryTaken: plain('error-inquiry-taken', 'error-inquiry-taken'),
  visitorNotFound: plain('error-visitor-not-found', 'error-visitor-not-found'),
  intakeSecretWrong: coded(
    'intake-secret-wrong',
    'This server takes conversations only from those who know its intake secret',
    {
      status: 401,
      hint: 'send it as X-Omnidex-Intake-Secret; OMNIDEX_INTAKE_SECRET on the server says what it is',
    },
  ),
  contactChannelBlocked: plain('error-contact-channel-blocked', 'error-contact-channel-blocked'),

  // Search
  searchTextHasNul: plain('search-text-has-nul', 'Regular expression cannot contain an embedded null byte'),
  sortInvalid: coded<{ text: string }>(
    'error-invalid-sort',
    ({ text }) => `Invalid sort parameter provided: "${text}"`,
    { details: { helperMethod: 'parseJsonQuery' } },
  ),
  sortNotAnObject: plain<{ value: unknown }>(
    'sort-not-an-object',
    ({ value }) => `Invalid sort format: ${value} Sort must be a valid object`,
  ),
  sortPathEmpty: plain('sort-path-empty', 'FieldPath cannot be constructed with empty string'),
  sortPathEndsWithDot: plain('sort-path-ends-with-dot', "FieldPath must not end with a '.'."),
  sortPathPartEmpty: plain('sort-path-part-empty', 'FieldPath field names may not be empty strings.'),
  sortPathDollar: plain(
    'sort-path-dollar',
    "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
  ),
  sortParallelArrays: plain(
    'sort-parallel-arrays',
    'Executor error during find command :: caused by :: cannot sort with keys that are parallel arrays',
  ),
  sortTooManyKeys: coded<{ most: number }>(
    'sort-too-many-keys',
    ({ most }) => `sort must name at most ${most} fields`,
  ),

  // Requests
  invalidParams: coded<{ message: string }>('invalid-params', ({ message }) => message),
  invalidQuery: plain('invalid-query', 'Invalid query parameters'),
  invalidJson: coded('invalid-json', 'Invalid JSON body'),
  jsonTooDeep: coded<{ most: number }>(
    'json-too-deep',
    ({ most }) => `The JSON is nested deeper than ${most} levels`,
  ),
  jsonLoneSurrogate: coded(
    'json-lone-surrogate',
    'The JSON has half a surrogate pair in a string: send whole Unicode characters',
  ),
  documentInvalid: coded<{ reason: string }>('document-invalid', ({ reason }) => reason),
  lineTooLong: coded<{ maxBytes: number }>(
    'line-too-long',
    ({ maxBytes }) => `The line is longer than ${maxBytes} bytes`,
  ),
  bodyTooLarge: coded<{ maxBytes: number }>(
    'body-too-large',
    ({ maxBytes }) => `The request body is larger than ${maxBytes} bytes`,
    { status: 413 },
  ),
  headersTooLarge: coded('headers-too-large', 'The request line and headers are larger than 16384 bytes', {
    status: 431,
  }),
  requestTimeout: coded('request-timeout', 'The request did not arrive in time', { status: 408 }),
  badRequest: coded('bad-request', 'The request is not valid HTTP'),
  tooManyRequests: coded<{ seconds: number }>(
    'error-too-many-requests',
    ({ seconds }) =>
      `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
    { status: 429 },
  ),
  notReady: coded('not-ready', 'What searches need is still being made', {
    status: 503,
    hint: 'try again in a moment; /ready answers 200 when it serves',
  }),
  mirrorNotReady: coded<{ seconds: number }>(
    'mirror-not-ready',
    'This mirror has not seen all contacts of its upstream yet',
    { status: 503, hint: 'omnidex mirror brings them; /metrics says how far it is' },
  ),
  mirrorBehind: coded<{ seconds: number }>(
    'mirror-behind',
    'This mirror has not heard of its upstream for too long',
    { status: 503, hint: 'see to omnidex mirror, which keeps it up; --max-lag says how long is too long' },
  ),
  mirrorLoop: coded<{ seconds: number }>(
    'mirror-loop',
    'This is a mirror itself, which another mirror should not read',
    {
      status: 503,
      hint: 'let omnidex mirror ask the upstream by its own address, not through the reverse proxy',
    },
  ),
  mirrorReadOnly: coded<{ url: string }>(
    'mirror-read-only',
    ({ url }) => `This is a mirror, which only answers searches: ask ${url}`,
    { status: 405, hint: 'what is changed there is found here some seconds later' },
  ),
  mirrorLacks: coded<{ url: string }>(
    'mirror-lacks',
    ({ url }) => `This is a mirror of contacts, which does not have that: ask ${url}`,
    { status: 404 },
  ),
  upstreamUnavailable: coded<{ seconds: number }>(
    'upstream-unavailable',
    'The server that knows who you are does not answer now',
    { status: 503, hint: 'try again in a moment; the log says why' },
  ),
  upstreamBusy: coded<{ seconds: number }>(
    'upstream-busy',
    'The server that knows who you are is asked too much',
    { status: 429, hint: 'docs/mirror.md says how to let it answer more' },
  ),
  importBusy: coded<{ seconds: number }>('import-busy', 'Another import is under way', {
    status: 409,
    hint: 'try again when it is done',
  }),
  importMapInvalid: coded('import-map-invalid', 'map must be COLUMN=MEANING, separated by commas', {
    hint: 'docs/import.md lists the meanings',
  }),
  uploadNoRoom: coded('upload-no-room', 'There is no room for the upload on the disk of the server', {
    status: 507,
    hint: 'make room in the folder for temporary files; nothing was imported',
  }),
  searchBusy: coded('search-busy', 'Too many searches wait for their turn', {
    status: 503,
    hint: 'try again in a moment; a longer text, or sorting by a field that others use, costs less',
  }),
  internal: plain('internal', 'Internal server error', { status: 500 }),

  // Access
  notLoggedIn: plain('not-logged-in', 'You must be logged in to do this.', { status: 401 }),
  notPermitted: coded('error-unauthorized', 'User does not have the permissions required for this action', {
    status: 403,
  }),
  forbidden: plain('unauthorized', 'unauthorized', { status: 403 }),
  loginFailed: plain('login-failed', 'Unauthorized', { status: 401 }),
  notAuthorized: coded('not-authorized', 'Not Authorized'),
  tokenExists: coded('error-token-already-exists', 'A token with this name already exists', {
    hint: 'choose another name, or remove that token first',
  }),
  tokenNotFound: coded('error-token-does-not-exists', 'Token does not exist'),
  updatedSinceInvalid: coded(
    'error-roomId-param-invalid',
    'The "updatedSince" query parameter must be a valid date.',
  ),
  permissionUnknown: typed('error-invalid-permission', 'Invalid permission'),
  roleUnknown: typed('error-invalid-role', 'Invalid role'),
  livechatTypeInvalid: plain('livechat-type-invalid', 'Invalid type'),
  userInvalid: coded(
    'error-invalid-user',
    'The required "userId" or "username" param provided does not match any users',
  ),
  userNotFound: plain('user-not-found', 'User not found.'),
  userExists: coded<{ id: string }>('user-exists', ({ id }) => `A user with the id ${id} exists already`),
  usernameTaken: coded<{ username: string }>(
    'error-field-unavailable',
    ({ username }) => `${username} is already in use :(`,
  ),
  emailTaken: coded<{ email: string }>('email-taken', ({ email }) => `${email} is already in use :(`),
  lastAdministrator: coded('error-action-not-allowed', 'The last administrator cannot be removed'),

  // Starting and commands
  configInvalid: fatal<{ problems: readonly string[] }>(
    'config-invalid',
    ({ problems }) =>
      `the configuration has ${problems.length} problem(s):\n${problems.map((p) => `  ${p}`).join('\n')}`,
    'mend them and start again; docs/config.md explains every setting',
  ),
  commandUnknown: fatal<{ command: string }>(
    'command-unknown',
    ({ command }) => `there is no command ${command}`,
    'omnidex --help lists them',
  ),
  fileUnreadable: fatal<{ problems: readonly string[] }>(
    'file-unreadable',
    ({ problems }) => problems.map((problem) => `cannot read ${problem}`).join('\n'),
    'nothing was imported; name files that can be read, or - for standard input',
  ),
  inputBroken: coded<{ reason: string }>(
    'input-broken',
    ({ reason }) => `the input cannot be read on: ${reason}`,
    { hint: 'what was imported before stays; mend the file, or tell its encoding with --encoding' },
  ),
  inputPackedTooWell: coded(
    'input-packed-too-well',
    'the input was packed to less than a 250th, as no file of contacts is',
    { hint: 'if it is what it should be, unpack it first' },
  ),
  contactUnknownHere: fatal<{ id: string }>(
    'contact-unknown',
    ({ id }) => `there is no contact with the id ${id}`,
    'omnidex search --json TEXT tells ids',
  ),
  exportBroken: fatal<{ name: string; reason: string }>(
    'export-broken',
    ({ name, reason }) => `writing to ${name} failed: ${reason}`,
    'name a file with --out that can be written and has room; what is there now is not whole',
  ),
  rejectsBroken: fatal<{ name: string; reason: string }>(
    'rejects-broken',
    ({ name, reason }) => `writing rejected entries to ${name} failed: ${reason}`,
    'name a file with --rejects that can be written; what was imported before stays',
  ),
  columnsUnknown: coded<{ columns: readonly string[]; missing: readonly string[] }>(
    'columns-unknown',
    ({ columns, missing }) =>
      missing.length > 0
        ? `there is no column ${missing.join(', ')} among ${columns.slice(0, 40).join(', ')}`
        : `no column tells a name, an e-mail address or a phone number: ${columns.slice(0, 40).join(', ')}`,
    {
      hint: 'name columns with --map COLUMN=MEANING, as in --map "Kunde=name,Mobil=phone"; without a header columns are called 1, 2 ...',
    },
  ),
  inputUnknown: coded<{ name: string }>('input-unknown', ({ name }) => `cannot tell what ${name} is`, {
    hint: 'tell with --format, and for a spreadsheet name its columns with --map',
  }),
  fileBroken: fatal<{ name: string; reason: string }>(
    'file-broken',
    ({ name, reason }) => `reading ${name} failed: ${reason}`,
    'what was imported before stays; when the file can be read again, the same command does the rest',
  ),
  inputMissing: fatal(
    'input-missing',
    'there is nothing to import: standard input is a terminal',
    'name a file, or pipe contacts into the command: omnidex import FILE.ndjson',
  ),
  passwordMissing: fatal(
    'password-missing',
    'standard input holds no password',
    'give it as the first line: printf \'%s\' "$PASSWORD" | omnidex user add USERNAME --role ROLE --password-stdin',
  ),
  userUnknown: fatal<{ username: string; path: string }>(
    'user-unknown',
    ({ username, path }) => `there is no user ${username} in ${path}`,
    'omnidex user add makes one; --db names another database',
  ),
  usersMissing: fatal<{ username: string; path: string }>(
    'users-missing',
    ({ username, path }) => `there is no user ${username}: ${path} has no users yet`,
    'start omnidex serve on it once, which makes the administrator, or make a user with omnidex user add',
  ),
  roleMissing: fatal<{ unknown: readonly string[]; known: readonly string[] }>(
    'role-missing',
    ({ unknown, known }) => `there is no role ${unknown.join(', ')}; there are ${known.join(', ')}`,
    'name one of those with --role',
  ),
  storeMissing: fatal<{ path: string }>(
    'store-missing',
    ({ path }) => `there is no database ${path}`,
    'name the one the server uses with --db; omnidex serve or omnidex import makes a new one',
  ),
  storeInUse: fatal<{ path: string; holder: string }>(
    'store-in-use',
    ({ path, holder }) => `another Omnidex server (${holder}) is using ${path}`,
    'stop it first, or give this one a database of its own with --db',
  ),
  storeTooNew: fatal<{ found: number; known: number }>(
    'store-too-new',
    ({ found, known }) => `the database is at version ${found}, this Omnidex knows ${known}`,
    'upgrade Omnidex, or restore a backup',
  ),
  storeForeign: fatal<{ path: string }>(
    'store-foreign',
    ({ path }) => `${path} is a database of another program`,
    'give Omnidex a file of its own with --db; this one was left untouched',
  ),
  storeCorrupt: fatal<{ path: string; reason: string }>(
    'store-corrupt',
    ({ path, reason }) => `the database ${path} is damaged: ${reason}`,
    'restore a backup; the damaged file was left untouched',
  ),
  storeUnavailable: fatal<{ path: string; reason: string }>(
    'store-unavailable',
    ({ path, reason }) => `the database ${path} cannot be used: ${reason}`,
    'check that the folder exists, may be written to and has room; of a PostgreSQL database, that its address is right and its server runs',
  ),
  storeDenied: fatal<{ path: string; reason: string }>(
    'store-denied',
    ({ path, reason }) => `the database ${path} does not let Omnidex in: ${reason}`,
    'check user and password in --db, and the pg_hba.conf of the server',
  ),
  storeUnprivileged: fatal<{ path: string; reason: string }>(
    'store-unprivileged',
    ({ path, reason }) => `Omnidex may not do what it must in the database ${path}: ${reason}`,
    'docs/postgresql.md lists the privileges that its role needs',
  ),
  storeReadOnly: fatal<{ path: string }>(
    'store-read-only',
    ({ path }) => `the database ${path} can only be read, as on a replica`,
    'name the primary with --db; target_session_attrs=read-write finds it among several hosts',
  ),
  storeTooOld: fatal<{ path: string; found: string }>(
    'store-too-old',
    ({ path, found }) => `the database ${path} is on PostgreSQL ${found}; Omnidex needs 15 or newer`,
    'upgrade the database server',
  ),
  storeEncoding: fatal<{ path: string; found: string }>(
    'store-encoding',
    ({ path, found }) => `the database ${path} has the encoding ${found}, which lacks most characters`,
    "make one with ENCODING 'UTF8' TEMPLATE template0",
  ),
  storeUntrusted: fatal<{ path: string; reason: string }>(
    'store-untrusted',
    ({ path, reason }) => `the server of ${path} could not prove who it is: ${reason}`,
    'name the authority of its certificate with sslrootcert in --db, and the host as the certificate does',
  ),
  storeLacksTrigrams: fatal<{ path: string; reason: string }>(
    'store-lacks-trigrams',
    ({ path, reason }) => `--search database needs the extension pg_trgm in ${path}: ${reason}`,
    "install PostgreSQL's contrib modules on its machine, and let an administrator run CREATE EXTENSION pg_trgm in the database",
  ),
  storeLacksCitus: fatal<{ path: string; reason: string }>(
    'store-lacks-citus',
    ({ path, reason }) => `contacts could not be spread over a Citus cluster from ${path}: ${reason}`,
    'let an administrator create the extension citus on every node and add the workers, as docs/scaling.md says; nothing was changed',
  ),
  storeAway: coded('store-away', 'The database does not answer now', {
    status: 503,
    hint: 'try again in a moment; if it lasts, see to the database server: the log says why',
  }),
  storeBusy: coded('store-busy', 'The database is being written by another process for too long', {
    status: 503,
    hint: 'try again when the import or migration that runs beside this one is done',
  }),
  storeFull: coded('store-full', 'The database cannot be written: the disk is full', {
    status: 507,
    hint: 'make room; nothing was changed',
  }),
  copyTargetInUse: fatal<{ users: number }>(
    'copy-target-in-use',
    ({ users }) => `the database to fill has ${users} users that the other has not`,
    'copy into a new database; nothing was changed',
  ),
  copyDiffers: fatal<{ source: number; copy: number }>(
    'copy-differs',
    ({ source, copy }) =>
      `the copy is not equal: ${copy} contacts, visitors and conversations instead of ${source}, or others than those`,
    'stop whatever writes to either database, and run the command again',
  ),
  mirrorElsewhere: fatal<{ upstream: string; asked: string }>(
    'mirror-elsewhere',
    ({ upstream, asked }) => `the directory mirrors ${upstream}, not ${asked}`,
    'name another database with --db, or the upstream by the address it had',
  ),
  mirrorNotEmpty: fatal<{ contacts: number }>(
    'mirror-not-empty',
    ({ contacts }) => `the directory has ${contacts} contacts of its own, which a mirror would remove`,
    'name an empty database with --db; nothing was changed',
  ),
  mirrorHasUsers: fatal(
    'mirror-has-users',
    'the directory has users who log in here: a server without --upstream made it',
    'name an empty database with --db; nothing was changed',
  ),
  mirrorTakenOver: fatal(
    'mirror-taken-over',
    'another omnidex mirror works on this directory now',
    'one is enough; the later one goes on',
  ),
  mirrorOwned: fatal<{ upstream: string }>(
    'mirror-owned',
    ({ upstream }) => `the directory mirrors ${upstream}: what is written here would be undone`,
    'omnidex serve --upstream serves it; change contacts at the upstream, or name another database with --db',
  ),
  upstreamRefused: fatal<{ url: string; status: number; path: string }>(
    'upstream-refused',
    ({ url, status, path }) => `${url} refuses ${path} (${status})`,
    'check --user-id and --token: a personal access token of a user who may view-livechat-contact',
  ),
  upstreamUnexpected: fatal<{ url: string; reason: string }>(
    'upstream-unexpected',
    ({ url, reason }) => `${url} does not answer as Rocket.Chat does: ${reason}`,
    'name the address of a Rocket.Chat 7.0 or newer, as browsers open it',
  ),
  doctorNotAdmitted: fatal(
    'doctor-not-admitted',
    'the database has no administrator with a user name, whose token the server would take',
    'make one with omnidex user add USERNAME --role admin',
  ),
  serverUnreachable: fatal<{ url: string; reason: string }>(
    'server-unreachable',
    ({ url, reason }) => `the server at ${url} cannot be asked: ${reason}`,
    'name the address it listens on with --server; it must be ready, on the same database, and of this version',
  ),
  portUnavailable: fatal<{ host: string; port: number; reason: string }>(
    'port-unavailable',
    ({ host, port, reason }) => `cannot listen on ${host}:${port}: ${reason}`,
    'choose another with --port, or --port 0 for a free one',
  ),
} as const
