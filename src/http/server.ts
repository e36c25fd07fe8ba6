// The HTTP server: every request's way through it, in order and by name.
//
//   onRequest      count it, CORS headers       auth.ts
//                  who is calling               401
//                  may they                     403
//                  not too often                429
//   body           body.ts                      400 413
//   preValidation  query string, then schemas   400
//   handler        one per route, in the route families below
//   onError        errors.ts: the envelopes

import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { after, type Gate, type Session, type Soon } from '../access/access.ts'
import { errors } from '../errors.ts'
import { agentRoutes } from './agents.ts'
import { authenticate, intakeAdmission, limitRate, permit, sessionOf } from './auth.ts'
import { parseBody } from './body.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { contactRoutes } from './contacts.ts'
import { exportRoutes } from './contacts-export.ts'
import { importRoutes } from './contacts-import.ts'
import { conversationRoutes } from './conversations.ts'
import { addCorsHeaders, answerPreflight } from './cors.ts'
import { customFieldRoutes } from './custom-fields.ts'
import { documentationRoutes } from './docs.ts'
import { drainOnClose } from './drain.ts'
import { sendError } from './errors.ts'
import { indexReportRoutes } from './index-report.ts'
import { followReplies } from './last-reply.ts'
import { type Logger, noteBreaks, RequestLog, requestIds } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { RouteFamily } from './openapi.ts'
import { operationRoutes } from './operations.ts'
import { parseQuery } from './query.ts'
import { RateLimit } from './rate-limit.ts'
import { roleRoutes } from './roles.ts'
import { type Call, Raw, type Route, type Services } from './route.ts'
import { sessionRoutes } from './sessions.ts'
import { settingRoutes } from './settings.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'
import { validator } from './validation.ts'
import { knownVisitorRoutes } from './visitors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The content type as the client says it; empty when it says none. */
    bodyType: string
  }
}

export interface ServerOptions {
  readonly services: Services
  readonly metrics: Metrics
  /** Whether the index serves. */
  readonly ready: () => boolean
  readonly logger: Logger
  readonly now: () => Date
  /** Requests a user may make in a minute; 0 for no limit. */
  readonly rateLimit: number
  readonly maxBodyBytes: number
  readonly requestTimeoutMs: number
  readonly corsOrigins: readonly string[]
  /** Reverse proxies in front, whose X-Forwarded-For says who asks. */
  readonly proxies: number
  /** Requests an address may make in a minute of each intake route; 0 for no limit. */
  readonly intakeRateLimit: number
  readonly intakeSecret: string | undefined
  /** Set on a mirror of another server. */
  readonly mirror?: MirrorRules
}

/** What is different on a mirror. */
export interface MirrorRules {
  /** Address of the server that it mirrors, without a slash at the end. */
  readonly upstream: string
  /** With which another mirror says that it asks for what it mirrors. Lower case. */
  readonly header: string
  /** Who decides about callers. */
  readonly gate: Gate
  /** @throws mirror-not-ready, mirror-behind */
  readonly assertServes: () => void
}

const API = '/api/v1/'
/** Bytes of the request line and headers together; Node's own default, said where people can find it. */
const MAX_HEADER_BYTES = 16_384
/** Characters of a part of an address, decoded: as many as a visitor's token may have in a body. */
const MAX_PARAMETER_LENGTH = 1_000

/** All API routes, for the server to serve and the documentation to describe. */
export function apiRoutes(services: Services): Route[] {
  return routeFamilies(services).flatMap(({ routes }) => routes)
}

/** The same, as the documentation groups them. */
export function routeFamilies(services: Services): RouteFamily[] {
  return [
    {
      name: 'Contacts',
      description: 'Search, read and keep the people who write to you.',
      routes: [...contactRoutes(services), ...exportRoutes(services), ...importRoutes(services)],
    },
    {
      name: 'Conversations',
      description:
        'Visitors open and close them, agents take them; each belongs to a contact. What is said in them is kept by whoever carries it: a room has its last message only.',
      routes: [...conversationRoutes(services), ...knownVisitorRoutes(services)],
    },
    {
      name: 'Custom fields',
      description: 'What else a contact may have, and which values it may take.',
      routes: customFieldRoutes(services),
    },
    {
      name: 'Session',
      description: 'Logging in and out, and who one is.',
      routes: sessionRoutes(services),
    },
    {
      name: 'Personal access tokens',
      description: 'For programs that act for somebody: they last until they are removed.',
      routes: tokenRoutes(services),
    },
    { name: 'Users', description: 'The accounts of those who work here.', routes: userRoutes(services) },
    {
      name: 'Agents and managers',
      description: 'Who takes conversations, and who oversees them.',
      routes: agentRoutes(services),
    },
    {
      name: 'Roles and permissions',
      description: 'Who may do what. Changes count from the next request on.',
      routes: roleRoutes(services),
    },
    {
      name: 'Settings',
      description: 'What conversations are taken, and by whom.',
      routes: settingRoutes(services),
    },
    {
      name: 'Index',
      description: 'What the search index has, for whoever compares it with the database.',
      routes: indexReportRoutes(services),
    },
  ]
}

/** The server, not yet listening. */
export function createServer(options: ServerOptions): FastifyInstance {
  const log = new RequestLog(options.metrics)
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBodyBytes,
    trustProxy: (_address, hop) => hop < options.proxies,
    requestTimeout: options.requestTimeoutMs,
    // No byte in either direction for so long: a client that asks for much and reads nothing. Twice the time a request
    // may take to arrive, so that a slow one is told so with 408 first.
    connectionTimeout: 2 * options.requestTimeoutMs,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false, // Node would refuse with an empty body: see `admitHttp`.
      headersTimeout: Math.min(options.requestTimeoutMs, 20_000),
      connectionsCheckingInterval: Math.min(options.requestTimeoutMs, 5_000),
    },
    frameworkErrors: (_error, request, reply) => {
      log.follow(request, reply)
      if (isForApi(request, request.url)) addCorsHeaders(reply)
      sendNotFound(reply)
    },
    clientErrorHandler: answerBrokenRequest,
    genReqId: requestIds(),
    // It would parse every query string by other rules, before anybody is known: see `serve`.
    routerOptions: { querystringParser: () => ({}), maxParamLength: MAX_PARAMETER_LENGTH },
  })
  app.decorateRequest('session', null)
  app.setErrorHandler((error, request, reply) =>
    sendError(request, reply, bodyError(error, options.maxBodyBytes)),
  )
  app.setNotFoundHandler((_request, reply) => sendNotFound(reply))
  acceptBodies(app)
  app.addHook('onRequest', (request, reply, done) => {
    log.follow(request, reply)
    done()
  })
  followReplies(app.server)
  drainOnClose(app, options.requestTimeoutMs)
  app.addHook('onRequest', (request, reply, done) => {
    // By the route, since `/%61pi/` leads there too.
    const address = request.routeOptions.url ?? request.url
    if (isForApi(request, address)) addCorsHeaders(reply)
    admitHttp(request)
    // Before its body is read, since there is nothing to read it for.
    if (request.is404) sendNotFound(reply)
    else done()
  })
  // Only `100-continue` has a meaning, and Node knows it; it would refuse others with an empty body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.options('/api/*', answerPreflight(options.corsOrigins))
  operationRoutes(app, options)
  const families = routeFamilies(options.services)
  documentationRoutes(app, options.mirror ? mirrored(families) : families, options.services.rootUrl)
  const steps = pipeline(options)
  for (const route of families.flatMap(({ routes }) => routes)) {
    if (options.mirror !== undefined && !route.isMirrored) referElsewhere(app, route, options.mirror)
    else if (route.takesFile) app.register(async (scope) => serveFile(scope, route, steps))
    else serve(app, route, steps)
  }
  return app
}

/** In a scope of its own, where bodies are not gathered: the handler reads them while they come. */
function serveFile(scope: FastifyInstance, route: Route, steps: Pipeline): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', async (_request: FastifyRequest, body: unknown) => body)
  serve(scope, route, steps)
}

function isForApi({ method }: FastifyRequest, address: string): boolean {
  return address.startsWith('/api/') && method !== 'OPTIONS'
}

/** @throws bad-request for HTTP/1.1 that does not say which host is meant */
function admitHttp({ raw }: FastifyRequest): void {
  if (raw.httpVersion === '1.1' && raw.headers.host === undefined) throw errors.badRequest()
}

type Pipeline = ReturnType<typeof pipeline>

/** Those that a mirror answers. */
function mirrored(families: readonly RouteFamily[]): RouteFamily[] {
  return families
    .map((family) => ({ ...family, routes: family.routes.filter(({ isMirrored }) => isMirrored) }))
    .filter(({ routes }) => routes.length > 0)
}

/** Says who can answer, before anything of the request is read. */
function referElsewhere(app: FastifyInstance, { method, path }: Route, { upstream }: MirrorRules): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    forbidCaching(reply)
    const url = upstream + request.url.replace(/\?.*$/s, '')
    if (method === 'GET') throw errors.mirrorLacks({ url })
    reply.header('allow', '')
    throw errors.mirrorReadOnly({ url })
  }
  app.route({ method, url: API + path, onRequest: refuse, handler: refuse })
}

/** What every route shares: the steps of `onRequest`. */
function pipeline({
  services: { access },
  mirror,
  rateLimit,
  intakeRateLimit,
  intakeSecret,
  now,
}: ServerOptions) {
  const gate = mirror?.gate ?? access
  const limit = rateLimit > 0 ? new RateLimit(rateLimit) : undefined
  const admitIntake = intakeAdmission(intakeSecret, intakeRateLimit)
  return ({ admission, path }: Route, request: FastifyRequest, reply: FastifyReply): Soon<void> => {
    if (mirror !== undefined && request.headers[mirror.header] !== undefined)
      throw errors.mirrorLoop({ seconds: 60 })
    if (admission === 'intake') return admitIntake(path, now().getTime(), request, reply)
    const known = admission === 'public' ? undefined : authenticate(gate, request)
    const permitted = after(known, () => permit(gate, admission, request))
    const counted =
      limit === undefined
        ? permitted
        : after(permitted, () => limitRate(gate, limit, now().getTime(), request, reply))
    return mirror === undefined ? counted : after(counted, mirror.assertServes)
  }
}

function serve(app: FastifyInstance, route: Route, admit: Pipeline): void {
  const style = route.errorStyle ?? 'legacy'
  const checkQuery = route.query && validator(route.query, 'query', style)
  const checkBody = route.body && validator(route.body, 'body', style)
  app.route({
    method: route.method,
    url: API + route.path,
    exposeHeadRoute: route.method === 'GET' && route.changes !== true,
    onRequest: (request, reply, done) => {
      const admitted = admit(route, request, reply)
      if (admitted instanceof Promise) return admitted
      done()
    },
    preValidation: (request, reply, done) => {
      request.query = parseQuery(request.raw.url ?? '')
      // Rocket.Chat's older routes validate inside their handlers, and no reply of a handler may be cached.
      if (style === 'legacy') forbidCaching(reply)
      checkQuery?.(request.query)
      checkBody?.(request.body ?? {})
      done()
    },
    handler: async (request, reply) => {
      forbidCaching(reply)
      reply.type('application/json')
      const result = await route.handler(new CheckedRequest(request))
      if (result instanceof Raw) reply.headers(result.headers)
      return bodyOf(request, result)
    },
  })
}

class CheckedRequest implements Call<unknown, unknown> {
  readonly request: FastifyRequest
  readonly query: unknown
  readonly body: unknown
  readonly params: Readonly<Record<string, string>>

  constructor(request: FastifyRequest) {
    this.request = request
    this.query = request.query
    this.body = request.body ?? {}
    this.params = request.params as Record<string, string>
  }

  /** Public routes have none and do not ask. */
  get session(): Session {
    return sessionOf(this.request)
  }
}

/** Contract 2.3; it goes for the errors of handlers too: a 404 would be kept otherwise. */
function forbidCaching(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
}

/** Bytes, not text: Fastify would add a charset to the content type, which the contract does not have. */
function bodyOf(request: FastifyRequest, result: object): Buffer | Readable {
  if (!(result instanceof Raw)) return Buffer.from(JSON.stringify({ ...result, success: true }))
  if (Buffer.isBuffer(result.json)) return result.json
  // Fastify would read all of it to throw it away.
  return Readable.from(request.method === 'HEAD' ? [] : noteBreaks(request, result.json))
}

function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest('bodyType', '')
  // Fastify refuses content types that are not well formed. Here every one has a meaning, so it gets to see only one.
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request
    if (headers['content-type'] !== undefined) {
      request.bodyType = headers['content-type']
      headers['content-type'] = 'application/octet-stream'
    }
    done()
  })
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer | string) =>
      parseBody(request.bodyType, Buffer.from(bytes)),
  )
}

function bodyError(error: unknown, maxBytes: number): unknown {
  const tooLarge = (error as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE'
  return tooLarge ? errors.bodyTooLarge({ maxBytes }, error) : error
}

function sendNotFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain; charset=UTF-8').send('404 Not Found')
}
