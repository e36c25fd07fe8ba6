// The whole that docs/mirror.md describes, with the reverse proxies that it shows: contact searches go to a mirror, everything else to
// the upstream, and searches too while the mirror cannot answer.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { run, temporaryFolder, until } from './support/program.ts'
import { startServer, type TestServer } from './support/server.ts'

const FOLDER = temporaryFolder()
after(FOLDER.remove)

interface Proxy {
  readonly program: string
  readonly example: string
  /** Writes its configuration, and returns the arguments to start it with. */
  readonly configure: (example: string, port: number, folder: string) => string[]
}

const PROXIES: readonly Proxy[] = [
  {
    program: 'nginx',
    example: 'examples/mirror-nginx.conf',
    configure(example, port, folder) {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join(' ')
      writeFileSync(
        `${folder}/nginx.conf`,
        `pid ${folder}/pid; daemon off; events {} http { access_log off; ${paths}
        ${example.replace('listen 80;', `listen 127.0.0.1:${port};`)} }`,
      )
      return ['-p', folder, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`]
    },
  },
  {
    program: 'caddy',
    example: 'examples/mirror.Caddyfile',
    configure(example, port, folder) {
      const site = example.replace('chat.example.com {', `http://127.0.0.1:${port} {`)
      writeFileSync(`${folder}/Caddyfile`, `{\n\tadmin off\n\tauto_https off\n}\n${site}`)
      return ['run', '--adapter', 'caddyfile', '--config', `${folder}/Caddyfile`]
    },
  },
]

for (const proxy of PROXIES) {
  const isHere = spawnSync(proxy.program, [proxy.program === 'nginx' ? '-v' : 'version']).status === 0
  const isNeeded = process.env.OMNIDEX_TEST_PROXIES === 'true'
  const skip = isHere || isNeeded ? false : `there is no ${proxy.program} on this machine`

  describe(`a mirror behind ${proxy.program}`, { skip }, () => {
    const db = `sqlite:${FOLDER.path(`${proxy.program}.db`)}`
    let upstream: TestServer
    let mirror: TestServer
    let child: ChildProcess
    let url = ''

    const serveMirror = (port = '0') =>
      startServer({ db, port, upstream: upstream.app.url, 'trust-proxy': '1' }, { admin: upstream.admin })

    const mirrorOnce = (address: string) =>
      run(['mirror', address, '--once', '--user-id', upstream.admin.userId, '--db', db], {
        env: { OMNIDEX_MIRROR_TOKEN: upstream.admin.authToken },
      })

    const ask = async (path: string, init: RequestInit = {}) => {
      const { userId, authToken } = upstream.admin
      const headers = { 'x-user-id': userId, 'x-auth-token': authToken, ...init.headers }
      const reply = await fetch(`${url}/api/v1/${path}`, { ...init, headers })
      return { status: reply.status, text: await reply.text() }
    }

    /** Requests that a server has had for a route, by its own count. */
    const searches = async (server: TestServer) => {
      const { text } = await server.get('/metrics')
      const counts = text.matchAll(/^omnidex_http_request_seconds_count\{.*contacts\.search.*\} (\d+)$/gm)
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
    }

    before(async () => {
      upstream = await startServer()
      await upstream.put({ name: 'Ann' }, { name: 'Ben' })
      mirror = await serveMirror()
      const port = await freePort()
      url = `http://127.0.0.1:${port}`
      const folder = FOLDER.path(proxy.program)
      mkdirSync(folder)
      const example = readFileSync(proxy.example, 'utf8')
        .replaceAll('127.0.0.1:3001', new URL(upstream.app.url).host)
        .replaceAll('127.0.0.1:3000', new URL(mirror.app.url).host)
      child = spawn(proxy.program, proxy.configure(example, port, folder), {
        env: { PATH: process.env.PATH, HOME: folder },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
        said += piece
      })
      const isUp = async () => {
        if (child.exitCode !== null) throw new Error(`${proxy.program} ended with ${child.exitCode}: ${said}`)
        return (await fetch(url).catch(() => undefined)) !== undefined
      }
      await until(isUp, 'it answers')
    })

    after(async () => {
      const isOver = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill()
      await isOver
      await mirror.close()
      await upstream.close()
    })

    it('asks the upstream while the mirror has not seen all contacts', async () => {
      assert.match((await ask('omnichannel/contacts.search?searchText=ann')).text, /"total":1,"success":true/)
      assert.ok((await searches(mirror)) > 0)
    })

    it('asks the mirror for searches, and the upstream for everything else', async () => {
      assert.equal((await mirrorOnce(upstream.app.url)).code, 0)
      await until(async () => (await mirror.get('/ready')).status === 200, 'the mirror serves')
      const before = await searches(upstream)
      const found = await ask('omnichannel/contacts.search?searchText=ann&unknown=False')
      assert.match(found.text, /"name":"Ann".*"total":1,"success":true/)
      assert.equal(await searches(upstream), before)
      const made = await ask('omnichannel/contacts', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Cleo', emails: [], phones: [] }),
      })
      assert.equal(made.status, 200, made.text)
      assert.match((await ask('users.list')).text, /"username":"admin"/)
    })

    it('passes on refusals as they are', async () => {
      assert.equal((await ask('omnichannel/contacts.search?count=x')).status, 400)
      const headers = { 'x-auth-token': 'wrong' }
      assert.equal((await ask('omnichannel/contacts.search', { headers })).status, 401)
    })

    it('lets no mirror read itself, though its upstream was named by the address of the proxy', async () => {
      const before = await searches(upstream)
      const loop = await ask('omnichannel/contacts.search', { headers: { 'x-omnidex-mirror': 'yes' } })
      assert.match(loop.text, /"total":3,"success":true/)
      assert.equal(await searches(upstream), before + 1)
    })

    it('asks the upstream while the mirror is away', async () => {
      const { port } = new URL(mirror.app.url)
      await mirror.close()
      assert.match(
        (await ask('omnichannel/contacts.search?searchText=cleo')).text,
        /"total":1,"success":true/,
      )
      mirror = await serveMirror(port)
      await until(async () => (await mirror.get('/ready')).status === 200, 'the mirror serves')
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
