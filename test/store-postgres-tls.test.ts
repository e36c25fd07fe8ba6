// Encrypted connections to a real PostgreSQL: what sslmode and its companions in --db do, and what is said when they do not
// fit.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import {
  ownerOfServer,
  POSTGRES_USER,
  type PostgresServer,
  startPostgres,
} from '../scripts/postgres-server.ts'
import { openPostgresStore } from '../src/store/postgres.ts'
import { temporaryFolder } from './support/program.ts'

const noOpenssl =
  spawnSync('openssl', ['version']).status === 0 ? false : 'there is no openssl to make certificates'

describe('a connection that is encrypted', { skip: noOpenssl }, () => {
  const folder = temporaryFolder()
  let encrypted: PostgresServer
  let plain: PostgresServer
  let ports: { encrypted: number; plain: number }

  before(async () => {
    makeCertificates()
    ports = { encrypted: await freePort(), plain: await freePort() }
    plain = await startPostgres({ listen_addresses: '127.0.0.1', port: ports.plain })
    encrypted = await startPostgres({
      listen_addresses: '127.0.0.1',
      port: ports.encrypted,
      ssl: 'on',
      ssl_cert_file: folder.path('server.crt'),
      ssl_key_file: folder.path('server.key'),
    })
  })

  after(async () => {
    await encrypted?.[Symbol.asyncDispose]()
    await plain?.[Symbol.asyncDispose]()
    folder.remove()
  })

  it('is made with sslmode=verify-full and the authority that signed', async () => {
    const store = await open('encrypted', `sslmode=verify-full&sslrootcert=${folder.path('authority.crt')}`)
    assert.equal(await store.contacts.count(), 0)
    await store.close()
  })

  it('is made with whoever answers by sslmode=no-verify', async () => {
    await (await open('encrypted', 'sslmode=no-verify')).close()
  })

  it('is refused with store-untrusted when somebody else signed', async () => {
    await assert.rejects(open('encrypted', 'sslmode=verify-full'), { code: 'store-untrusted' })
    const other = `sslmode=verify-full&sslrootcert=${folder.path('server.crt')}`
    await assert.rejects(open('encrypted', other), { code: 'store-untrusted' })
  })

  it('is refused with store-untrusted when the certificate is of another host', async () => {
    const authority = `sslmode=verify-full&sslrootcert=${folder.path('authority.crt')}`
    await assert.rejects(open('encrypted', authority, '127.0.0.1'), {
      code: 'store-untrusted',
      message: /127\.0\.0\.1/,
    })
  })

  it('is refused with store-unavailable where the server does not encrypt, or there is no such file', async () => {
    await assert.rejects(open('plain', 'sslmode=no-verify'), {
      code: 'store-unavailable',
      message: /does not support SSL/,
    })
    await assert.rejects(open('encrypted', `sslmode=verify-full&sslrootcert=${folder.path('none')}`), {
      code: 'store-unavailable',
      message: /ENOENT/,
    })
  })

  function open(kind: 'encrypted' | 'plain', query: string, host = 'localhost') {
    const url = `postgres://${POSTGRES_USER}@${host}:${ports[kind]}/postgres?${query}`
    return openPostgresStore({ url, path: 'postgres://db.example/omnidex' })
  }

  /** An authority, and a server's certificate that it has signed for `localhost`. */
  function makeCertificates(): void {
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { stdio: 'ignore', cwd: folder.path('') })
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout']
    openssl('req', '-x509', ...key, 'authority.key', '-out', 'authority.crt', '-subj', '/CN=authority')
    openssl('req', ...key, 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
    writeFileSync(folder.path('names'), 'subjectAltName=DNS:localhost')
    const signed = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', 'names']
    openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.crt')
    // PostgreSQL reads a key only if it is its own and nobody else's.
    chmodSync(folder.path(''), 0o755)
    chmodSync(folder.path('server.key'), 0o600)
    const owner = ownerOfServer()
    if (owner !== undefined) chownSync(folder.path('server.key'), owner.uid, owner.gid)
  }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
