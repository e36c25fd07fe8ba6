// A worker thread from the side of whoever gives it jobs.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, describe, it, mock } from 'node:test'
import { Worker as Thread } from 'node:worker_threads'
import { FragmentIndex, type Job } from '../../src/search/search.ts'
import { Worker } from '../../src/upkeep/worker.ts'
import { drawDocument, drawFrom } from '../search/bulk-documents.ts'

const worker = new Worker()

afterEach(async () => {
  mock.restoreAll()
  await worker.stop()
})

function aJob(): Job {
  const index = new FragmentIndex({ mostToVerify: 4 })
  const draw = drawFrom(1)
  for (let put = 0; put < 300; put++) index.put(drawDocument(draw, 300))
  index.seal()
  const task = index.nextTask()
  assert.ok(task)
  return task.job
}

describe('a worker', () => {
  it('rejects a job whose result cannot be read, and does the next in a new thread', async () => {
    const threads = new Set<Thread>()
    const { postMessage } = Thread.prototype
    const posting = mock.method(Thread.prototype, 'postMessage', function (this: Thread) {
      threads.add(this)
      setImmediate(() => this.emit('messageerror', new TypeError('no such class')))
    })
    const failed = worker.run(aJob())
    await assert.rejects(failed, ({ message, cause }) => {
      assert.match(message, /cannot be read/)
      return cause instanceof TypeError
    })
    posting.mock.mockImplementation(function (this: Thread, job: unknown) {
      threads.add(this)
      postMessage.call(this, job)
    })
    assert.ok(await worker.run(aJob()))
    assert.equal(threads.size, 2)
  })

  it('ends when it cannot read a job, so that whoever waits hears of it', async () => {
    const script = new URL('../../src/upkeep/job-worker.ts', import.meta.url)
    const unreadable = `import('${script}').then(() =>
      require('node:worker_threads').parentPort.emit('messageerror', new TypeError('no such class')))`
    const [error] = await once(new Thread(unreadable, { eval: true }), 'error').catch((error) => [error])
    assert.match(`${error}`, /no such class/)
  })
})
