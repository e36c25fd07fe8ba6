// src/store/store.ts as tests: what every store promises. Each runs on a real database of its own.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Contact } from '../src/contact.ts'
import type { Change, ConversationChanges, Store } from '../src/store/store.ts'
import { linesOf, runChild } from './store/children.ts'
import {
  aClosing,
  aContact,
  aField,
  aPermission,
  aPersonalToken,
  aRole,
  aRoom,
  aToken,
  aUser,
  aVisitor,
  openStore,
  type Place,
  storeKinds,
} from './store/stores.ts'

for (const kind of storeKinds) {
  describe(`a store on ${kind.name}`, { skip: kind.skip }, () => {
    let place: Place
    let store: Store

    beforeEach(async () => {
      place = await kind.place()
      store = await openStore(place.address)
    })

    afterEach(async () => {
      await store.close()
      await place.remove()
    })

    /** Another connection to the same database, as another process has. */
    async function withOther<T>(use: (other: Store) => Promise<T>): Promise<T> {
      const other = await openStore(place.address)
      return use(other).finally(() => other.close())
    }

    async function reopen(): Promise<void> {
      await store.close()
      store = await openStore(place.address)
    }

    describe('contacts', () => {
      it('are returned as they were created, every field, with the number of the change', async () => {
        const contact = fullContact('a')
        const seq = await store.contacts.create(contact)
        assert.deepEqual(await store.contacts.get('a'), { contact, seq })
      })

      it('keep any Unicode text, NUL included, in ids, values and keys', async () => {
        const contact = aContact('id\u0000\u{1f600}', {
          name: 'a\u0000b "quoted" \u2028 \u{10ffff}',
          emails: [{ address: 'nul\u0000@example.org' }],
          customFields: { 'k\u0000': '', ['__proto__']: 'own' },
        })
        await store.contacts.create(contact)
        assert.deepEqual((await store.contacts.get(contact.id))?.contact, contact)
        assert.deepEqual(await store.contacts.getMany([contact.id]), [contact])
        assert.equal(await store.contacts.exists({ email: 'nul\u0000@example.org' }), true)
        assert.equal(await store.contacts.exists({ email: 'nul' }), false)
        assert.equal(await store.contacts.get('id'), undefined)
      })

      it('are undefined when they are not there', async () => {
        assert.equal(await store.contacts.get('nobody'), undefined)
        assert.deepEqual(await store.contacts.getMany(['nobody']), [undefined])
        assert.deepEqual(await store.contacts.getMany([]), [])
      })

      it('come in the order of the ids asked for, undefined in the gaps, twice when asked twice', async () => {
        const [a, b] = [aContact('a'), aContact('b')]
        await store.contacts.importMany([a, b])
        assert.deepEqual(await store.contacts.getMany(['b', 'x', 'a', 'b']), [b, undefined, a, b])
      })

      it('refuse an id that is taken with contact-exists, and keep the one that was there', async () => {
        const seq = await store.contacts.create(aContact('a'))
        await assert.rejects(store.contacts.create(aContact('a', { name: 'Other' })), {
          code: 'contact-exists',
        })
        assert.deepEqual(await store.contacts.get('a'), { contact: aContact('a'), seq })
      })

      it('let one of many win who create the same id at once, on two connections', async () => {
        const attempts = await withOther((other) =>
          Promise.allSettled([store, other, store, other].map((one) => one.contacts.create(aContact('a')))),
        )
        assert.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 1)
        assert.equal((await store.contacts.changesAfter(0, 10)).length, 1)
      })

      it('are replaced when the expected change is still the last, under a higher number', async () => {
        const first = await store.contacts.create(aContact('a'))
        const second = await store.contacts.replace(aContact('a', { name: 'Second' }), first)
        assert.ok(second !== undefined && second > first)
        const stored = await store.contacts.get('a')
        assert.deepEqual(stored, { contact: aContact('a', { name: 'Second' }), seq: second })
      })

      it('are not replaced after somebody else changed them, nor when they do not exist', async () => {
        const first = await store.contacts.create(aContact('a'))
        await withOther((other) => other.contacts.replace(aContact('a', { name: 'Theirs' }), first))
        assert.equal(await store.contacts.replace(aContact('a', { name: 'Ours' }), first), undefined)
        assert.equal(await store.contacts.replace(aContact('b'), first), undefined)
        assert.equal((await store.contacts.get('a'))?.contact.name, 'Theirs')
        assert.equal(await store.contacts.get('b'), undefined)
      })

      it('lose no update when writers read, decide and replace at once', async () => {
        await store.contacts.create(aContact('a', { activity: [] }))
        await withOther((other) =>
          Promise.all(Array.from({ length: 10 }, (_, n) => append(n % 2 ? store : other, 'a', `${n}`))),
        )
        assert.equal((await store.contacts.get('a'))?.contact.activity?.length, 10)
      })

      it('exist by id, e-mail address and phone number, exactly as written', async () => {
        await store.contacts.create(fullContact('a'))
        assert.equal(await store.contacts.exists({ id: 'a' }), true)
        assert.equal(await store.contacts.exists({ id: 'A' }), false)
        assert.equal(await store.contacts.exists({ email: 'Ann@Example.org' }), true)
        assert.equal(await store.contacts.exists({ email: 'ann@example.org' }), false)
        assert.equal(await store.contacts.exists({ phone: '+49 30 1234' }), true)
        assert.equal(await store.contacts.exists({ phone: '+49301234' }), false)
        assert.equal(await store.contacts.exists({ phone: 'Ann@Example.org' }), false)
      })

      it('exist by an address for as long as somebody has it', async () => {
        const emails = [{ address: 'shared@example.org' }]
        const a = await store.contacts.create(aContact('a', { emails }))
        const b = await store.contacts.create(aContact('b', { emails: [...emails, ...emails] }))
        await store.contacts.replace(aContact('a', { emails: [{ address: 'new@example.org' }] }), a)
        assert.equal(await store.contacts.exists({ email: 'shared@example.org' }), true)
        assert.equal(await store.contacts.exists({ email: 'new@example.org' }), true)
        await store.contacts.replace(aContact('b'), b)
        assert.equal(await store.contacts.exists({ email: 'shared@example.org' }), false)
      })

      it('exist by id after they were deleted', async () => {
        const seq = await store.contacts.create(fullContact('a'))
        const remains = { id: 'a', createdAt: '', updatedAt: '', unknown: false, enabled: false } as const
        await store.contacts.replace(remains, seq)
        assert.equal(await store.contacts.exists({ id: 'a' }), true)
        assert.equal(await store.contacts.exists({ phone: '+49 30 1234' }), false)
        assert.deepEqual((await store.contacts.get('a'))?.contact, remains)
      })

      it('are scanned whole, each once, in pages of any size', async () => {
        const ids = Array.from({ length: 25 }, (_, n) => `${(n * 7) % 25}-\u{1f600}ä`)
        await store.contacts.importMany(ids.map((id) => aContact(id)))
        const found = await scanAll(store, 4)
        assert.deepEqual(found.toSorted(), ids.toSorted())
        assert.deepEqual(found, await scanAll(store, 1_000), 'the order is stable')
        assert.equal(await store.contacts.count(), 25)
      })

      it('that were committed are there after reopening, and numbers go on', async () => {
        const seq = await store.contacts.create(aContact('a'))
        await reopen()
        assert.deepEqual(await store.contacts.get('a'), { contact: aContact('a'), seq })
        assert.ok((await store.contacts.create(aContact('b'))) > seq)
      })

      it('written by another connection are seen by the next read', async () => {
        await withOther(async (other) => {
          const seq = await other.contacts.create(aContact('a'))
          assert.deepEqual(await store.contacts.get('a'), { contact: aContact('a'), seq })
          assert.equal(await store.contacts.lastSeq(), seq)
        })
      })
    })

    describe('importing contacts', () => {
      it('counts what was created, updated and left alone', async () => {
        await store.contacts.create(aContact('same'))
        await store.contacts.create(aContact('other', { name: 'Before' }))
        const counts = await store.contacts.importMany([aContact('same'), aContact('other'), aContact('new')])
        assert.deepEqual(counts, { created: 1, updated: 1, unchanged: 1 })
        assert.equal((await store.contacts.get('other'))?.contact.name, 'Contact other')
      })

      it('changes nothing the second time, whatever the order of members', async () => {
        await store.contacts.importMany([fullContact('a'), fullContact('b')])
        const seq = await store.contacts.lastSeq()
        const reversed = Object.fromEntries(Object.entries(fullContact('b')).reverse()) as unknown as Contact
        const counts = await store.contacts.importMany([fullContact('a'), reversed])
        assert.deepEqual(counts, { created: 0, updated: 0, unchanged: 2 })
        assert.equal(await store.contacts.lastSeq(), seq)
      })

      it('takes the last of two with the same id', async () => {
        const counts = await store.contacts.importMany([aContact('a', { name: 'First' }), aContact('a')])
        assert.deepEqual(counts, { created: 1, updated: 1, unchanged: 0 })
        assert.deepEqual((await store.contacts.get('a'))?.contact, aContact('a'))
        assert.equal(await store.contacts.count(), 1)
      })

      it('takes contacts as they are made', async () => {
        function* made() {
          for (const id of ['a', 'b', 'c']) yield aContact(id)
        }
        const counts = await store.contacts.importMany(made())
        assert.deepEqual(counts, { created: 3, updated: 0, unchanged: 0 })
        assert.deepEqual((await store.contacts.get('c'))?.contact, aContact('c'))
      })

      it('writes nothing when the contacts come to a bad end', async () => {
        function* failing() {
          yield aContact('a')
          throw new Error('no more')
        }
        await assert.rejects(store.contacts.importMany(failing()), /no more/)
        assert.equal(await store.contacts.count(), 0)
      })

      it('does all or nothing', async () => {
        const broken = { ...aContact('b'), id: undefined } as unknown as Contact
        await assert.rejects(store.contacts.importMany([aContact('a'), broken, aContact('c')]))
        assert.equal(await store.contacts.count(), 0)
        assert.deepEqual(await store.contacts.changesAfter(0, 10), [])
      })

      it('keeps addresses true', async () => {
        await store.contacts.importMany([fullContact('a')])
        await store.contacts.importMany([aContact('a')])
        assert.equal(await store.contacts.exists({ email: 'Ann@Example.org' }), false)
      })
    })

    describe('changes', () => {
      it('are none in an empty store, whose last number is 0', async () => {
        assert.deepEqual(await store.contacts.changesAfter(0, 10), [])
        assert.equal(await store.contacts.lastSeq(), 0)
        assert.equal(await store.contacts.count(), 0)
      })

      it('come in the order of their numbers, at most as many as asked for', async () => {
        const seqs = await Promise.all(['b', 'c', 'a'].map((id) => store.contacts.create(aContact(id))))
        const changes = await store.contacts.changesAfter(0, 10)
        assert.deepEqual(changes.map(seqOf), seqs)
        assert.deepEqual(
          changes.map((change) => change.contactId),
          ['b', 'c', 'a'],
        )
        assert.deepEqual((await store.contacts.changesAfter(0, 2)).map(seqOf), seqs.slice(0, 2))
        assert.deepEqual((await store.contacts.changesAfter(seqs[1] ?? 0, 10)).map(seqOf), seqs.slice(2))
        assert.equal(await store.contacts.lastSeq(), seqs[2])
      })

      it('show a contact once, as it is now, however often it changed', async () => {
        let seq = await store.contacts.create(aContact('a'))
        await store.contacts.create(aContact('b'))
        for (const name of ['1', '2', '3']) {
          seq = (await store.contacts.replace(aContact('a', { name }), seq)) ?? 0
        }
        const changes = await store.contacts.changesAfter(0, 10)
        assert.deepEqual(
          changes.map((change) => change.contactId),
          ['b', 'a'],
        )
        assert.deepEqual(changes[1], { seq, contactId: 'a', contact: aContact('a', { name: '3' }) })
      })

      it('are never skipped by a reader while two other processes and this one write', async () => {
        const writers = ['x', 'y'].map((prefix) => runChild('writer.ts', place.address, prefix, '100'))
        let writing = true
        const ended = Promise.all(writers.map(linesOf)).finally(() => {
          writing = false
        })
        const seen: Change[] = []
        for (let own = 0; writing; own++) {
          if (own < 100) await store.contacts.create(aContact(`z-${own}`))
          await readOn(store, seen)
          await nextTurn()
        }
        await ended
        await readOn(store, seen)

        assert.ok(isAscending(seen.map(seqOf)), 'numbers only ever rise')
        const lastSeen = new Map(seen.map((change) => [change.contactId, change.seq]))
        const truth = await store.contacts.changesAfter(0, 1_000)
        assert.deepEqual(lastSeen, new Map(truth.map((change) => [change.contactId, change.seq])))
        assert.equal(await store.contacts.count(), truth.length)
        assert.ok(truth.length >= 200)
      })
    })

    describe('custom fields', () => {
      it('are listed in the order they were created, also after a change', async () => {
        for (const id of ['b', 'c', 'a']) await store.customFields.create(aField(id))
        await store.customFields.replace(aField('b', { label: 'New' }))
        const labels = (await store.customFields.list()).map((field) => field.label)
        assert.deepEqual(labels, ['New', 'c', 'a'])
      })

      it('are returned with all that was given', async () => {
        const field = aField('a', { regexp: '^a', required: true, extra: { type: 'select', options: 'x,y' } })
        await store.customFields.create(field)
        assert.deepEqual(await store.customFields.get('a'), field)
        assert.equal(await store.customFields.get('b'), undefined)
      })

      it('refuse an id that is taken with custom-field-exists', async () => {
        await store.customFields.create(aField('a'))
        await assert.rejects(store.customFields.create(aField('a')), { code: 'custom-field-exists' })
      })

      it('say whether there was one to replace or delete', async () => {
        await store.customFields.create(aField('a'))
        assert.equal(await store.customFields.replace(aField('b')), false)
        assert.equal(await store.customFields.delete('b'), false)
        assert.equal(await store.customFields.delete('a'), true)
        assert.deepEqual(await store.customFields.list(), [])
      })
    })

    describe('users', () => {
      it('are returned as they were created', async () => {
        const user = fullUser('u1')
        await store.users.create(user)
        assert.deepEqual(await store.users.get('u1'), user)
        assert.deepEqual(await store.users.getMany(['x', 'u1']), [undefined, user])
        assert.equal(await store.users.get('x'), undefined)
      })

      it('are listed by id', async () => {
        for (const id of ['u2', 'u3', 'u1']) await store.users.create(aUser(id))
        assert.deepEqual(
          (await store.users.list()).map((user) => user.id),
          ['u1', 'u2', 'u3'],
        )
      })

      it('are found by name and address without regard to case, in any script', async () => {
        await store.users.create(fullUser('u1'))
        assert.equal((await store.users.findByUsername('änne.straßer'))?.id, 'u1')
        assert.equal((await store.users.findByUsername('ÄNNE.STRASSER'))?.id, 'u1')
        assert.equal((await store.users.findByEmail('ÄNNE@example.ORG'))?.id, 'u1')
        assert.equal(await store.users.findByUsername('anne.strasser'), undefined)
        assert.equal(await store.users.findByEmail('nobody@example.org'), undefined)
      })

      it('have their id, name and addresses for themselves', async () => {
        await store.users.create(fullUser('u1'))
        await assert.rejects(store.users.create(aUser('u1')), { code: 'user-exists' })
        await assert.rejects(store.users.create(aUser('u2', { username: 'änne.STRASSER' })), {
          code: 'error-field-unavailable',
        })
        const emails = [{ address: 'fresh@example.org', verified: false }, anAddress('änne@EXAMPLE.org')]
        await assert.rejects(store.users.create(aUser('u2', { emails })), { code: 'email-taken' })
        assert.deepEqual(
          (await store.users.list()).map((user) => user.id),
          ['u1'],
        )
        assert.equal(await store.users.findByEmail('fresh@example.org'), undefined)
      })

      it('may lack a name, many of them', async () => {
        await store.users.create(aUser('u1'))
        await store.users.create(aUser('u2'))
        assert.equal((await store.users.list()).length, 2)
      })

      it('are replaced whole, and give free what they had', async () => {
        await store.users.create(fullUser('u1'))
        const changed = aUser('u1', { username: 'anna', emails: [anAddress('anna@example.org')] })
        assert.equal(await store.users.replace(changed), true)
        assert.deepEqual(await store.users.get('u1'), changed)
        assert.equal(await store.users.findByEmail('änne@example.org'), undefined)
        await store.users.create(fullUser('u2'))
        assert.equal((await store.users.findByUsername('änne.straßer'))?.id, 'u2')
      })

      it('may keep their own name and addresses in another case', async () => {
        await store.users.create(fullUser('u1'))
        const emails = [anAddress('änne@example.org'), anAddress('ÄNNE@example.org')]
        assert.equal(await store.users.replace(aUser('u1', { username: 'änne.straßer', emails })), true)
        assert.equal((await store.users.get('u1'))?.username, 'änne.straßer')
      })

      it('are not replaced by one who takes the name or address of another, nor when unknown', async () => {
        await store.users.create(fullUser('u1'))
        await store.users.create(aUser('u2'))
        await assert.rejects(store.users.replace(aUser('u2', { username: 'ÄNNE.STRASSER' })), {
          code: 'error-field-unavailable',
        })
        await assert.rejects(store.users.replace(aUser('u2', { emails: [anAddress('ÄNNE@example.org')] })), {
          code: 'email-taken',
        })
        assert.deepEqual(await store.users.get('u2'), aUser('u2'))
        assert.equal(await store.users.replace(aUser('u3')), false)
      })

      it('keep their tokens when they are replaced', async () => {
        await store.users.create(aUser('u1'))
        await store.tokens.create(aToken('u1', 'hash'))
        await store.users.replace(aUser('u1', { name: 'New' }))
        assert.equal((await store.tokens.find('u1', 'hash'))?.user.name, 'New')
      })

      it('gain and lose roles one at a time, without losing any to each other', async () => {
        await store.users.create(aUser('u1', { roles: [] }))
        const roles = ['a', 'b', 'c', 'd']
        await withOther((other) =>
          Promise.all(roles.map((role, n) => (n % 2 ? store : other).users.addRole('u1', role, 'later'))),
        )
        const user = await store.users.removeRole('u1', 'b', 'latest')
        assert.deepEqual(user?.roles.toSorted(), ['a', 'c', 'd'])
        assert.equal(user?.updatedAt, 'latest')
        assert.deepEqual(await store.users.get('u1'), user)
      })

      it('take members of their extra one at a time, and leave alone what others change', async () => {
        await store.users.create(aUser('u1', { roles: [], extra: { bio: 'x', a: 0 } }))
        await withOther((other) =>
          Promise.all([
            store.users.setExtra('u1', { a: 1 }, 'later'),
            other.users.addRole('u1', 'agent', 'later'),
            other.users.setExtra('u1', { b: 2 }, 'later'),
          ]),
        )
        const user = await store.users.get('u1')
        assert.deepEqual([user?.roles, user?.extra], [['agent'], { bio: 'x', a: 1, b: 2 }])
        assert.equal(await store.users.setExtra('x', { a: 1 }, 'later'), false)
      })

      it('are left alone by a role they have, or by the removal of one they lack', async () => {
        await store.users.create(aUser('u1', { roles: ['a'] }))
        const before = await store.users.get('u1')
        assert.deepEqual(await store.users.addRole('u1', 'a', 'later'), before)
        assert.deepEqual(await store.users.removeRole('u1', 'b', 'later'), before)
        assert.equal(await store.users.addRole('x', 'a', 'later'), undefined)
        assert.equal(await store.users.removeRole('x', 'a', 'later'), undefined)
      })

      it('take their tokens and addresses with them', async () => {
        await store.users.create(fullUser('u1'))
        await store.tokens.create(aToken('u1', 'hash'))
        assert.equal(await store.users.delete('u1'), true)
        assert.equal(await store.users.delete('u1'), false)
        assert.equal(await store.tokens.findByHash('hash'), undefined)
        assert.equal(await store.users.findByEmail('änne@example.org'), undefined)
        await store.users.create(fullUser('u2'))
      })
    })

    describe('tokens', () => {
      beforeEach(async () => {
        await store.users.create(aUser('u1'))
        await store.users.create(aUser('u2'))
      })

      it('are found with their user, by both or by the secret alone', async () => {
        const token = aToken('u1', 'hash', { expiresAt: '2026-02-01T00:00:00.000Z' })
        await store.tokens.create(token)
        assert.deepEqual(await store.tokens.find('u1', 'hash'), { token, user: aUser('u1') })
        assert.deepEqual(await store.tokens.findByHash('hash'), { token, user: aUser('u1') })
      })

      it('are not found for another user, another secret, or one in another case', async () => {
        await store.tokens.create(aToken('u1', 'hash'))
        assert.equal(await store.tokens.find('u2', 'hash'), undefined)
        assert.equal(await store.tokens.find('u1', 'HASH'), undefined)
        assert.equal(await store.tokens.findByHash('has'), undefined)
      })

      it('need a user', async () => {
        await assert.rejects(store.tokens.create(aToken('nobody', 'hash')), { code: 'user-not-found' })
      })

      it('that are personal have a name of their own for each user', async () => {
        await store.tokens.create(aPersonalToken('u1', 'hash-1', 'ci'))
        await assert.rejects(store.tokens.create(aPersonalToken('u1', 'hash-2', 'ci')), {
          code: 'error-token-already-exists',
        })
        await store.tokens.create(aPersonalToken('u2', 'hash-3', 'ci'))
        assert.equal(await store.tokens.findByHash('hash-2'), undefined)
      })

      it('that are personal are listed in the order they were created, without the others', async () => {
        await store.tokens.create(aPersonalToken('u1', 'hash-1', 'z'))
        await store.tokens.create(aToken('u1', 'hash-2'))
        await store.tokens.create(aPersonalToken('u1', 'hash-3', 'a'))
        const replaced = aPersonalToken('u1', 'hash-4', 'z')
        assert.equal(await store.tokens.replacePersonal(replaced), true)
        const listed = await store.tokens.listPersonal('u1')
        assert.deepEqual(listed, [replaced, aPersonalToken('u1', 'hash-3', 'a')])
        assert.equal(await store.tokens.findByHash('hash-1'), undefined)
      })

      it('are listed, of all users and of every kind, in the order they were created', async () => {
        const tokens = [aToken('u2', 'hash-1'), aPersonalToken('u1', 'hash-2', 'z'), aToken('u1', 'hash-3')]
        for (const token of tokens) await store.tokens.create(token)
        assert.deepEqual(await store.tokens.list(), tokens)
      })

      it('say whether there was one to replace or delete', async () => {
        await store.tokens.create(aPersonalToken('u1', 'hash-1', 'ci'))
        await store.tokens.create(aToken('u1', 'hash-2'))
        assert.equal(await store.tokens.replacePersonal(aPersonalToken('u1', 'hash-3', 'other')), false)
        assert.equal(await store.tokens.deletePersonal('u2', 'ci'), false)
        assert.equal(await store.tokens.deletePersonal('u1', 'ci'), true)
        assert.equal(await store.tokens.delete('u2', 'hash-2'), false)
        assert.equal(await store.tokens.delete('u1', 'hash-2'), true)
        assert.equal(await store.tokens.findByHash('hash-2'), undefined)
      })

      it('that expired before a moment are deleted and counted, no others', async () => {
        const moment = '2026-02-01T00:00:00.000Z'
        await store.tokens.create(aToken('u1', 'past', { expiresAt: '2026-01-31T23:59:59.999Z' }))
        await store.tokens.create(aToken('u1', 'now', { expiresAt: moment }))
        await store.tokens.create(aToken('u1', 'never'))
        assert.equal(await store.tokens.deleteExpired(moment), 1)
        assert.equal(await store.tokens.findByHash('past'), undefined)
        assert.ok(await store.tokens.findByHash('now'))
        assert.ok(await store.tokens.findByHash('never'))
      })
    })

    describe('roles and permissions', () => {
      beforeEach(async () => {
        const roles = [aRole('admin', { protected: true }), aRole('agent')]
        await store.roles.addMissing(roles, [aPermission('view', 'admin'), aPermission('edit', 'admin')])
      })

      it('are returned as they were added', async () => {
        assert.deepEqual(await store.roles.listRoles(), [aRole('admin', { protected: true }), aRole('agent')])
        assert.deepEqual(await store.roles.getPermission('view'), aPermission('view', 'admin'))
        assert.deepEqual((await store.roles.listPermissions()).map(({ id }) => id).toSorted(), [
          'edit',
          'view',
        ])
        assert.equal(await store.roles.getPermission('fly'), undefined)
      })

      it('that are there already stay as they are when the missing ones are added', async () => {
        await store.roles.replacePermissions([aPermission('view', 'agent')])
        await store.roles.addMissing(
          [aRole('admin', { name: 'Other' }), aRole('bot')],
          [aPermission('view', 'admin'), aPermission('fly', 'admin')],
        )
        assert.deepEqual(
          (await store.roles.listRoles()).map(({ name }) => name),
          ['admin', 'agent', 'bot'],
        )
        assert.deepEqual((await store.roles.getPermission('view'))?.roles, ['agent'])
        assert.deepEqual((await store.roles.getPermission('fly'))?.roles, ['admin'])
      })

      it('change together: every list of roles is replaced whole', async () => {
        await store.roles.replacePermissions([aPermission('view', 'agent', 'admin'), aPermission('edit')])
        assert.deepEqual((await store.roles.getPermission('view'))?.roles, ['agent', 'admin'])
        assert.deepEqual((await store.roles.getPermission('edit'))?.roles, [])
      })

      it('change not at all when one permission or one role is unknown', async () => {
        const good = aPermission('view', 'agent')
        await assert.rejects(store.roles.replacePermissions([good, aPermission('fly', 'admin')]), {
          code: 'error-invalid-permission',
        })
        await assert.rejects(store.roles.replacePermissions([good, aPermission('edit', 'pilot')]), {
          code: 'error-invalid-role',
        })
        assert.deepEqual((await store.roles.getPermission('view'))?.roles, ['admin'])
      })
    })

    describe('conversations', () => {
      it('know a visitor by id, token, e-mail address and phone number, exactly as written', async () => {
        const { conversations } = store
        const visitor = aVisitor('v', {
          token: 'sécret\u{1f600}',
          emails: [{ address: 'v@example.org' }],
          phones: [{ phoneNumber: '+1' }, { phoneNumber: '+2' }],
        })
        await conversations.commit({ visitors: [{ record: visitor, version: 0 }] })
        const found = { record: visitor, version: 1 }
        assert.deepEqual(await conversations.visitor('v'), found)
        assert.deepEqual(await conversations.visitorByToken('sécret\u{1f600}'), found)
        assert.deepEqual(await conversations.visitorsBy({ email: 'v@example.org' }), [found])
        assert.deepEqual(await conversations.visitorsBy({ phone: '+2' }), [found])
        assert.equal(await conversations.visitor('V'), undefined)
        assert.equal(await conversations.visitorByToken('sécret'), undefined)
        assert.deepEqual(await conversations.visitorsBy({ email: 'V@example.org' }), [])
        assert.deepEqual(await conversations.visitorsBy({ phone: 'v@example.org' }), [])
      })

      it('forget addresses and tokens that a visitor has no more', async () => {
        const { conversations } = store
        const visitor = aVisitor('v', { emails: [{ address: 'v@example.org' }] })
        await conversations.commit({ visitors: [{ record: visitor, version: 0 }] })
        const { token: _, emails: __, ...rest } = visitor
        await conversations.commit({ visitors: [{ record: rest, version: 1 }] })
        assert.equal(await conversations.visitorByToken('token-v'), undefined)
        assert.deepEqual(await conversations.visitorsBy({ email: 'v@example.org' }), [])
        assert.deepEqual(await conversations.visitor('v'), { record: rest, version: 2 })
      })

      it('list visitors of one address and rooms of one contact or visitor, the oldest first', async () => {
        const { conversations } = store
        const emails = [{ address: 'shared@example.org' }]
        const visitors = ['2026-01-03', '2026-01-01', '2026-01-02'].map((createdAt, at) => ({
          record: aVisitor(`v${at}`, { createdAt, emails }),
          version: 0,
        }))
        const rooms = ['2026-01-03', '2026-01-01', '2026-01-02'].map((createdAt, at) => ({
          record: aRoom(`r${at}`, { createdAt, contactId: at === 0 ? 'c' : 'd' }),
          version: 0,
        }))
        await conversations.commit({ visitors, rooms })
        const ids = (found: readonly { record: { id: string } }[]) => found.map(({ record }) => record.id)
        assert.deepEqual(ids(await conversations.visitorsBy({ email: 'shared@example.org' })), [
          'v1',
          'v2',
          'v0',
        ])
        assert.deepEqual(ids(await conversations.rooms({ visitorId: 'visitor' })), ['r1', 'r2', 'r0'])
        assert.deepEqual(ids(await conversations.rooms({ contactId: 'd' })), ['r1', 'r2'])
        assert.deepEqual(ids(await conversations.rooms({ contactId: 'nobody' })), [])
        assert.deepEqual(ids(await conversations.scanVisitors('', 2)), ['v0', 'v1'])
        assert.deepEqual(ids(await conversations.scanVisitors('v1', 2)), ['v2'])
        assert.deepEqual(ids(await conversations.scanRooms('r0', 9)), ['r1', 'r2'])
      })

      it('list the open rooms of a visitor, until they are closed', async () => {
        const { conversations } = store
        const [open, closed] = [aRoom('open'), aRoom('closed', { closed: aClosing() })]
        await conversations.commit({ rooms: [open, closed].map((record) => ({ record, version: 0 })) })
        const openRooms = async () =>
          (await conversations.openRooms('visitor')).map(({ record }) => record.id)
        assert.deepEqual(await openRooms(), ['open'])
        await conversations.commit({ rooms: [{ record: { ...open, closed: aClosing() }, version: 1 }] })
        assert.deepEqual(await openRooms(), [])
        assert.deepEqual(await conversations.openRooms('nobody'), [])
      })

      it('find visitors by their aliases, their tokens and addresses', async () => {
        const { conversations } = store
        const alias = { token: 'alias', phones: [{ phoneNumber: '+1' }], emails: [{ address: 'a@x' }] }
        await conversations.commit({
          visitors: [{ record: aVisitor('v', { aliases: [alias] }), version: 0 }],
        })
        for (const by of [{ alias: 'alias' }, { phone: '+1' }, { email: 'a@x' }]) {
          assert.deepEqual(
            (await conversations.visitorsBy(by)).map(({ record }) => record.id),
            ['v'],
          )
        }
        assert.equal(await conversations.visitorByToken('alias'), undefined)
        assert.deepEqual(await conversations.visitorsBy({ alias: 'token-v' }), [])
      })

      it('write nothing when somebody has an address that must be unclaimed', async () => {
        const { conversations } = store
        const emails = [{ address: 'one@example.org' }]
        const claim = (id: string) =>
          conversations.commit({
            visitors: [{ record: aVisitor(id, { emails }), version: 0 }],
            unclaimed: [{ phone: '+1' }, { email: 'one@example.org' }],
          })
        assert.equal(await claim('v1'), 0)
        assert.equal(await claim('v2'), undefined)
        assert.equal(await conversations.visitor('v2'), undefined)
      })

      it('know a room by id and by its inquiry, until it is removed', async () => {
        const { conversations } = store
        const room = aRoom('r', { tags: ['\u0000'] })
        await conversations.commit({ rooms: [{ record: room, version: 0 }] })
        assert.deepEqual(await conversations.room('r'), { record: room, version: 1 })
        assert.deepEqual(await conversations.roomByInquiry('inquiry-r'), { record: room, version: 1 })
        await conversations.commit({ removedRooms: [{ record: room, version: 1 }] })
        assert.equal(await conversations.room('r'), undefined)
        assert.equal(await conversations.roomByInquiry('inquiry-r'), undefined)
      })

      it('are written together with contacts, under the number of the last change', async () => {
        const first = await store.contacts.create(aContact('a'))
        const seq = await store.conversations.commit({
          contacts: [
            { contact: aContact('a', { name: 'Changed' }), seq: first },
            { contact: aContact('b'), seq: 0 },
          ],
          visitors: [{ record: aVisitor('v'), version: 0 }],
        })
        assert.equal(seq, await store.contacts.lastSeq())
        const changes = await store.contacts.changesAfter(first, 10)
        assert.deepEqual(
          changes.map(({ contactId }) => contactId),
          ['a', 'b'],
        )
        assert.equal(await store.conversations.commit({}), 0)
      })

      const stale: readonly [what: string, change: (seq: number) => ConversationChanges][] = [
        ['a contact', (seq) => ({ contacts: [{ contact: aContact('a', { name: 'x' }), seq: seq + 1 }] })],
        ['a contact that is there already', () => ({ contacts: [{ contact: aContact('a'), seq: 0 }] })],
        ['a visitor', () => ({ visitors: [{ record: aVisitor('v', { name: 'x' }), version: 2 }] })],
        ['a visitor that is there already', () => ({ visitors: [{ record: aVisitor('v'), version: 0 }] })],
        [
          "a visitor's token",
          () => ({ visitors: [{ record: aVisitor('w', { token: 'token-v' }), version: 0 }] }),
        ],
        ['a room', () => ({ rooms: [{ record: aRoom('r', { verified: true }), version: 0 }] })],
        ['a room to be removed', () => ({ removedRooms: [{ record: aRoom('r'), version: 2 }] })],
      ]
      for (const [what, change] of stale) {
        it(`are not written at all when ${what} is not as expected`, async () => {
          const seq = await store.contacts.create(aContact('a'))
          await store.conversations.commit({
            visitors: [{ record: aVisitor('v'), version: 0 }],
            rooms: [{ record: aRoom('r'), version: 0 }],
          })
          const fine = {
            contacts: [{ contact: aContact('new'), seq: 0 }],
            visitors: [{ record: aVisitor('new'), version: 0 }],
            rooms: [{ record: aRoom('new'), version: 0 }],
          }
          const wrong = change(seq)
          const both = {
            contacts: [...fine.contacts, ...(wrong.contacts ?? [])],
            visitors: [...fine.visitors, ...(wrong.visitors ?? [])],
            rooms: [...fine.rooms, ...(wrong.rooms ?? [])],
            removedRooms: wrong.removedRooms ?? [],
          }
          assert.equal(await store.conversations.commit(both), undefined)
          assert.equal(await store.contacts.get('new'), undefined)
          assert.equal(await store.conversations.visitor('new'), undefined)
          assert.equal(await store.conversations.room('new'), undefined)
          assert.deepEqual(await store.contacts.get('a'), { contact: aContact('a'), seq })
          assert.equal((await store.conversations.room('r'))?.version, 1)
        })
      }

      it('let one of many win who write the same records at once, on two connections', async () => {
        const results = await withOther((other) =>
          Promise.all(
            [store, other, store, other].map(({ conversations }, at) =>
              conversations.commit({
                visitors: [{ record: aVisitor('v', { name: `${at}` }), version: 0 }],
                rooms: [{ record: aRoom(`r${at}`), version: 0 }],
              }),
            ),
          ),
        )
        assert.equal(results.filter((result) => result !== undefined).length, 1)
        assert.equal((await store.conversations.rooms({ visitorId: 'visitor' })).length, 1)
      })

      it('give each number once, on two connections', async () => {
        const numbers = await withOther((other) =>
          Promise.all(
            Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).conversations.nextNumber('guest')),
          ),
        )
        assert.deepEqual(
          numbers.toSorted((a, b) => a - b),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        )
        assert.equal(await store.conversations.nextNumber('another'), 1)
        await store.conversations.raiseNumber('another', 7)
        await store.conversations.raiseNumber('another', 3)
        assert.equal(await store.conversations.lastNumber('another'), 7)
        assert.equal(await store.conversations.nextNumber('another'), 8)
        assert.equal(await store.conversations.lastNumber('none'), 0)
      })

      it('find contacts by exact address and by the visitors of their channels', async () => {
        const channel = (visitorId: string) => ({
          name: 'api',
          verified: false,
          blocked: false,
          visitor: { visitorId, source: { type: 'api' } },
          details: {},
        })
        const a = aContact('a', { channels: [channel('v1'), channel('v2')], emails: [{ address: 'A@x' }] })
        const seq = await store.contacts.create(a)
        for (const by of [{ visitorId: 'v1' }, { visitorId: 'v2' }, { email: 'A@x' }]) {
          assert.deepEqual(await store.contacts.findBy(by), [{ contact: a, seq }])
        }
        for (const by of [{ visitorId: 'A@x' }, { visitorId: 'V1' }, { email: 'a@x' }, { phone: 'v1' }]) {
          assert.deepEqual(await store.contacts.findBy(by), [])
        }
      })
    })

    describe('settings', () => {
      it('are what was set last, of each type', async () => {
        assert.deepEqual([...(await store.settings.list())], [])
        await store.settings.set('a', true)
        await store.settings.set('b', 'text\u0000')
        await store.settings.set('a', 7)
        await reopen()
        assert.deepEqual([...(await store.settings.list())].sort(), [
          ['a', 7],
          ['b', 'text\u0000'],
        ])
      })
    })

    describe('index snapshots', () => {
      it('are known once they were added, after reopening too, until another takes their place', async () => {
        assert.equal(await store.snapshots.has('first'), false)
        await store.snapshots.replace(undefined, 'first')
        await reopen()
        assert.equal(await store.snapshots.has('first'), true)
        await store.snapshots.replace('first', 'second')
        assert.equal(await store.snapshots.has('first'), false)
        assert.equal(await store.snapshots.has('second'), true)
        await store.snapshots.forgetAll()
        assert.equal(await store.snapshots.has('second'), false)
      })
    })

    describe('closing', () => {
      it('waits for writes under way, and refuses later ones', async () => {
        const writes = Array.from({ length: 20 }, (_, n) => store.contacts.create(aContact(`c${n}`)))
        await store.close()
        assert.equal((await Promise.all(writes)).length, 20)
        await assert.rejects(store.contacts.create(aContact('late')))
        store = await openStore(place.address)
        assert.equal(await store.contacts.count(), 20)
      })

      it('may be done twice', async () => {
        await store.close()
        await store.close()
      })
    })
  })
}

/** A contact with every member. */
function fullContact(id: string): Contact {
  return {
    ...aContact(id),
    emails: [{ address: 'Ann@Example.org' }, { address: 'ann@work.example' }],
    phones: [{ phoneNumber: '+49 30 1234' }],
    managerId: 'u1',
    channels: [
      {
        name: 'widget',
        verified: true,
        verifiedAt: '2026-01-02T12:00:00.000Z',
        blocked: false,
        visitor: { visitorId: 'v1', source: { type: 'widget', id: 'w' } },
        field: 'email',
        value: 'ann@example.org',
        details: { type: 'widget', destination: 'example.org' },
        lastChat: { roomId: 'r1', ts: '2026-01-02T12:00:00.000Z' },
      },
    ],
    customFields: { city: 'Berlin', nested: { list: [1, null, true, 0.5] } },
    lastChat: { roomId: 'r1', ts: '2026-01-02T12:00:00.000Z' },
    conflictingFields: [{ field: 'name', value: 'Anne' }],
    importIds: ['i1'],
    activity: ['2026-01'],
    preRegistration: false,
    extra: { _note: 'kept' },
  }
}

function fullUser(id: string) {
  return aUser(id, {
    username: 'Änne.Straßer',
    name: 'Änne',
    emails: [{ address: 'Änne@Example.org', verified: true }],
    passwordHash: '$2b$10$hash',
    extra: { bio: 'x' },
  })
}

function anAddress(address: string) {
  return { address, verified: false }
}

/** Adds a word to a contact's `activity`, reading again as often as somebody else was quicker. */
async function append(store: Store, id: string, word: string): Promise<void> {
  for (;;) {
    const stored = await store.contacts.get(id)
    assert.ok(stored)
    const activity = [...(stored.contact.activity ?? []), word]
    if (await store.contacts.replace({ ...stored.contact, activity }, stored.seq)) return
  }
}

async function scanAll(store: Store, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const page = await store.contacts.scan(ids.at(-1) ?? '', limit)
    if (page.length === 0) return ids
    ids.push(...page.map(({ contact }) => contact.id))
  }
}

/** Reads the changes after the last one seen, as the feed does. */
async function readOn(store: Store, seen: Change[]): Promise<void> {
  for (;;) {
    const changes = await store.contacts.changesAfter(seen.at(-1)?.seq ?? 0, 7)
    if (changes.length === 0) return
    seen.push(...changes)
  }
}

function seqOf({ seq }: { seq: number }): number {
  return seq
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0))
}
