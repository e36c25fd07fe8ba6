// Bad input gets a clear error, to the byte, and loses or alters nothing: after each test the directory is what it was.

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { openSocket, parseReplies, sendBytes } from '../support/raw-socket.ts'
import { type RequestOptions, startServer, type TestServer } from '../support/server.ts'

const SEARCH = 'omnichannel/contacts.search'
const CREATE = 'omnichannel/contacts'
const TIMEOUT_MS = 300

let server: TestServer
let everything: string

before(async () => {
  server = await startServer({ 'request-timeout-ms': String(TIMEOUT_MS) })
  await server.put(
    { name: 'Ann', emails: [{ address: 'ann@example.com' }], phones: [{ phoneNumber: '+1 555 0100' }] },
    { name: '100%zz sure' },
    { name: 'Zoë', customFields: { tier: 'gold' } },
  )
  everything = await readEverything()
})

afterEach(async () => {
  assert.equal(await readEverything(), everything)
})

after(() => server.close())

async function readEverything(): Promise<string> {
  const reply = await server.get(SEARCH, { query: 'count=0' })
  assert.equal(reply.status, 200)
  return reply.text
}

async function answers(
  method: string,
  path: string,
  options: RequestOptions,
  status: number,
  body: object | string,
): Promise<void> {
  const reply = await server.request(method, path, options)
  assert.equal(reply.text, typeof body === 'string' ? body : JSON.stringify(body))
  assert.equal(reply.status, status)
  if (typeof body === 'object') assert.equal(reply.headers['content-type'], 'application/json')
}

function searchAnswers(query: string, status: number, body: object): Promise<void> {
  return answers('GET', SEARCH, { query }, status, body)
}

function createAnswers(body: unknown, status: number, reply: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  return answers('POST', CREATE, { body, headers }, status, reply)
}

function coded(message: string, code: string): object {
  return { success: false, error: `${message} [${code}]`, errorType: code }
}

function invalid(message: string): object {
  return coded(message, 'invalid-params')
}

function invalidSort(text: string): object {
  return {
    success: false,
    error: `Invalid sort parameter provided: "${text}" [error-invalid-sort]`,
    errorType: 'error-invalid-sort',
    details: { helperMethod: 'parseJsonQuery' },
  }
}

const INVALID_JSON = coded('Invalid JSON body', 'invalid-json')
const BAD_REQUEST = coded('The request is not valid HTTP', 'bad-request')
const TOO_SLOW = coded('The request did not arrive in time', 'request-timeout')
const HEADERS_TOO_LARGE = coded(
  'The request line and headers are larger than 16384 bytes',
  'headers-too-large',
)

async function idsFound(query: string): Promise<number> {
  const reply = await server.get(SEARCH, { query })
  assert.equal(reply.status, 200, reply.text)
  return reply.json<{ total: number }>().total
}

/** Line and headers of a request of the administrator to create a contact. */
function createHead(bodyHeader: string): string {
  const { userId, authToken } = server.admin
  return [
    `POST /api/v1/${CREATE} HTTP/1.1`,
    'host: x',
    `x-user-id: ${userId}`,
    `x-auth-token: ${authToken}`,
    'content-type: application/json',
    bodyHeader,
    '\r\n',
  ].join('\r\n')
}

const valid = { name: 'Ben', emails: [], phones: [] }

describe('values of the wrong type', () => {
  it('in a query are named by the type they should have', async () => {
    await searchAnswers('count=abc', 400, invalid('must be number'))
    await searchAnswers('unknown=1', 400, invalid('must be boolean'))
    await searchAnswers('searchText[a]=b', 400, invalid('must be string'))
  })

  it('in a body are named by the type they should have', async () => {
    await createAnswers({ ...valid, name: {} }, 400, invalid('must be string'))
    await createAnswers({ ...valid, emails: 'ann@example.com' }, 400, invalid('must be array'))
    await createAnswers({ ...valid, phones: [{}] }, 400, invalid('must be string'))
    await createAnswers({ ...valid, customFields: [] }, 400, invalid('must be object'))
    await createAnswers([], 400, invalid('must be object'))
  })
})

describe('parameters and members nobody knows', () => {
  it('are refused, even beside values of the wrong type', async () => {
    await searchAnswers('limit=10&count=abc', 400, invalid('must NOT have additional properties'))
    await createAnswers({ ...valid, name: {}, age: 7 }, 400, invalid('must NOT have additional properties'))
  })
})

describe('NUL', () => {
  it('in a search text is refused', () =>
    searchAnswers('searchText=a%00b', 400, {
      success: false,
      error: 'Regular expression cannot contain an embedded null byte',
    }))

  it('in an id finds nothing, and not the contact whose id ends before it', async () => {
    const [first] = JSON.parse(everything).contacts
    const query = `contactId=${first._id}%00`
    await answers('GET', 'omnichannel/contacts.get', { query }, 404, {
      success: false,
      error: 'Resource not found',
    })
  })

  it('in a name is kept as it is', async () => {
    const { contactId } = (await server.post(CREATE, { ...valid, name: 'a\0b' })).json<{
      contactId: string
    }>()
    const reply = await server.get('omnichannel/contacts.get', { query: `contactId=${contactId}` })
    assert.equal(reply.json<{ contact: { name: string } }>().contact.name, 'a\0b')
    await answers('POST', 'omnichannel/contacts.delete', { body: { contactId } }, 200, { success: true })
  })
})

describe('lone surrogates', () => {
  it('escaped in a body are refused, in values and in keys', async () => {
    const refusal = coded(
      'The JSON has half a surrogate pair in a string: send whole Unicode characters',
      'json-lone-surrogate',
    )
    await createAnswers('{"name":"\\ud800","emails":[],"phones":[]}', 400, refusal)
    await createAnswers('{"name":"a","emails":[],"phones":[],"\\udc00":1}', 400, refusal)
  })

  it('as bytes in a body are invalid JSON', () =>
    createAnswers(
      Buffer.from('{"name":"\xed\xa0\x80","emails":[],"phones":[]}', 'latin1'),
      400,
      INVALID_JSON,
    ))

  it('in a query are taken as the text that stands there, and find nothing', async () => {
    assert.equal(await idsFound('searchText=%ED%A0%80'), 0)
  })
})

describe('bad percent-encoding', () => {
  it('in a query is taken as the text that stands there', async () => {
    assert.equal(await idsFound('searchText=100%zz'), 1)
    assert.equal(await idsFound('searchText=%E4'), 0)
    assert.equal(await idsFound('searchText=%'), 1)
  })

  it('in a path leads nowhere', () =>
    answers('GET', 'livechat/custom-fields/%ED%A0%80', {}, 404, '404 Not Found'))
})

describe('too much', () => {
  it('search text of 1 MB gets 431', () =>
    searchAnswers(`searchText=${'a'.repeat(1 << 20)}`, 431, HEADERS_TOO_LARGE))

  it('headers of 64 KB get 431', () =>
    answers('GET', 'me', { headers: { 'x-large': 'a'.repeat(65_536) } }, 431, HEADERS_TOO_LARGE))

  it('headers of 64 KB get 431 without a body for HEAD', async () => {
    const reply = await fetch(`${server.app.url}/api/v1/me`, {
      method: 'HEAD',
      headers: { 'x-large': 'a'.repeat(20_000) },
    })
    assert.equal(reply.status, 431)
    assert.equal(await reply.text(), '')
  })

  it('headers of 64 KB get 431 on a connection that was used before, too', async () => {
    const socket = await openSocket(server.app.url)
    socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
    await socket.until((received) => received.includes('{"status":"ok"}'))
    socket.write(`GET /health HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(65_536)}\r\n\r\n`)
    const [ok, refusal] = parseReplies(await socket.untilClosed())
    assert.equal(ok?.status, 200)
    assert.equal(refusal?.status, 431)
    assert.equal(refusal?.body, JSON.stringify(HEADERS_TOO_LARGE))
  })

  it('a body of 20 MB gets 413, whether it says its length or not', async () => {
    const refusal = coded('The request body is larger than 1048576 bytes', 'body-too-large')
    const body = 'x'.repeat(20 << 20)
    await createAnswers(body, 413, refusal)
    const chunk = `${body.length.toString(16)}\r\n${body}`
    const received = await sendBytes(
      server.app.url,
      `${createHead('transfer-encoding: chunked')}${chunk}\r\n0\r\n\r\n`,
    )
    const [reply] = parseReplies(received)
    assert.equal(reply?.status, 413)
    assert.equal(reply?.body, JSON.stringify(refusal))
  })

  it('more than 1,000 parameters, or 500 values of one, are refused', async () => {
    const refusal = { success: false, error: 'Invalid query parameters' }
    await searchAnswers('a&'.repeat(1_001), 400, refusal)
    await searchAnswers('searchText[]=a&'.repeat(501), 400, refusal)
  })
})

describe('a parameter given twice', () => {
  it('is refused', async () => {
    await searchAnswers('searchText=ann&searchText=ben', 400, invalid('must be string'))
    await searchAnswers('count=1&count=1', 400, invalid('must be number'))
  })
})

describe('deep JSON', () => {
  it('in sort is an invalid sort', async () => {
    const array = '['.repeat(5_000) + ']'.repeat(5_000)
    const object = '{"a":'.repeat(1_500) + 1 + '}'.repeat(1_500)
    for (const text of [array, object]) await searchAnswers(`sort=${text}`, 400, invalidSort(text))
  })

  it('in a body is refused', async () => {
    const body = `{"name":"a","emails":[],"phones":[],"customFields":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`
    await createAnswers(body, 400, coded('The JSON is nested deeper than 32 levels', 'json-too-deep'))
  })
})

describe('keys of the prototype', () => {
  it('in a query are as if they were not there', async () => {
    assert.equal(await idsFound('__proto__[count]=1&constructor=2&toString=3&hasOwnProperty=4'), 3)
  })

  it('in a body are members like any other: unknown', async () => {
    await createAnswers(
      '{"name":"a","emails":[],"phones":[],"__proto__":{"admin":true}}',
      400,
      invalid('must NOT have additional properties'),
    )
    await createAnswers(
      '{"__proto__":{"name":"a","emails":[],"phones":[]}}',
      400,
      invalid("must have required property 'name'"),
    )
  })

  it('in custom fields are fields that are not defined', async () => {
    for (const key of ['__proto__', 'constructor', 'hasOwnProperty']) {
      const body = `{"name":"a","emails":[],"phones":[],"customFields":{"${key}":"x"}}`
      await createAnswers(body, 400, { success: false, error: `Custom field ${key} is not allowed` })
    }
  })

  it('in sort are fields that no contact has', async () => {
    assert.equal(await idsFound('sort={"__proto__":1,"constructor.name":-1,"name.length":1}'), 3)
  })
})

describe('a broken body', () => {
  it('of JSON cut short, or of something else, is invalid JSON', async () => {
    for (const body of ['{"name":"a","emails":[', "{'name':1}", 'NaN', '\u0000']) {
      await createAnswers(body, 400, INVALID_JSON)
    }
  })

  it('of another content type lacks what is required', async () => {
    const headers = { 'content-type': 'text/plain' }
    const body = JSON.stringify(valid)
    await answers('POST', CREATE, { headers, body }, 400, invalid("must have required property 'name'"))
  })
})

describe('the wrong method', () => {
  it('is 404, whatever stands in the body', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'QUERY', 'PROPFIND', 'TRACE']) {
      await answers(method, SEARCH, { headers, body: '{"broken' }, 404, '404 Not Found')
    }
    await answers('POST', SEARCH, { body: valid }, 404, '404 Not Found')
    await answers('GET', CREATE, {}, 404, '404 Not Found')
  })
})

describe('a slow client', () => {
  const late = JSON.stringify(TOO_SLOW)

  async function stalls(...parts: readonly string[]) {
    const socket = await openSocket(server.app.url)
    for (const [at, part] of parts.entries()) {
      socket.write(part)
      if (at < parts.length - 1) await socket.until((received) => received.includes('"ok"}'))
    }
    return parseReplies(await socket.untilClosed())
  }

  it('that does not finish its headers gets 408', async () => {
    const [reply, ...more] = await stalls('GET /health HTTP/1.1\r\nhost: ')
    assert.equal(reply?.status, 408)
    assert.equal(reply?.body, late)
    assert.equal(more.length, 0)
  })

  it('that does not finish its body gets 408', async () => {
    const [reply] = await stalls(`${createHead('content-length: 100')}{"name":`)
    assert.equal(reply?.status, 408)
    assert.equal(reply?.body, late)
  })

  it('gets 408 on a connection that was used before, too', async () => {
    const [ok, reply] = await stalls(
      'GET /health HTTP/1.1\r\nhost: x\r\n\r\n',
      `${createHead('content-length: 100')}{"name":`,
    )
    assert.equal(ok?.status, 200)
    assert.equal(reply?.status, 408)
  })

  it('that was refused while it sent its body is not told twice', async () => {
    const replies = await stalls(
      `POST /api/v1/${CREATE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    )
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401],
    )
  })

  it('is cut off after the refusal, even if it goes on and on', async () => {
    const socket = await openSocket(server.app.url, { allowHalfOpen: true })
    const trickle = setInterval(() => socket.write('x'), 20)
    const [reply] = parseReplies(await socket.untilClosed())
    clearInterval(trickle)
    assert.equal(reply?.status, 400)
  })
})

describe('what is not HTTP', () => {
  it('gets 400 in the envelope', async () => {
    const { userId, authToken } = server.admin
    const me = `GET /api/v1/me HTTP/1.1\r\nx-user-id: ${userId}\r\nx-auth-token: ${authToken}\r\n`
    for (const bytes of [
      'NONSENSE / HTTP/1.1\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\x16\x03\x01\x00\xff\x01\x00',
      `${me}\r\n`, // no host
      `${me}host: x\r\nno colon\r\n\r\n`,
      `${me}host: x\r\ncontent-length: abc\r\n\r\n`,
    ]) {
      const [reply, ...more] = parseReplies(await sendBytes(server.app.url, bytes))
      assert.equal(reply?.status, 400, bytes)
      assert.equal(reply?.body, JSON.stringify(BAD_REQUEST))
      assert.equal(reply?.headers['content-type'], 'application/json')
      assert.equal(more.length, 0)
    }
  })
})
