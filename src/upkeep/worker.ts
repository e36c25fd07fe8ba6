// One worker thread from the side of whoever gives it jobs. It starts with its first job and, while it has none, keeps
// nobody from ending.

import { once } from 'node:events'
import { Worker as Thread } from 'node:worker_threads'
import type { Job, JobResult } from '../search/search.ts'

/** Beside this file as it was written, or as it was built. */
const SCRIPT = new URL(`./job-worker${import.meta.url.slice(-3)}`, import.meta.url)

export class Worker {
  #thread: Thread | undefined

  /**
   * Does one job; the next must wait until it is done. After one that failed, the next has a new thread.
   * @throws whatever the job throws; Error when the thread ends before it is done, or its result cannot be read
   */
  async run(job: Job): Promise<JobResult> {
    const thread = this.#start()
    const ended = new AbortController()
    const end = (code: number) => ended.abort(new Error(`the worker thread ended with code ${code}`))
    const fail = (cause: Error) => ended.abort(new Error('the result of a job cannot be read', { cause }))
    thread.once('exit', end)
    thread.once('messageerror', fail)
    thread.ref()
    try {
      thread.postMessage(job)
      const [result] = await once(thread, 'message', { signal: ended.signal })
      return result
    } catch (error) {
      this.#thread = undefined
      await thread.terminate()
      throw isAbort(error) ? ended.signal.reason : error
    } finally {
      thread.off('exit', end)
      thread.off('messageerror', fail)
      thread.unref()
    }
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate()
    this.#thread = undefined
  }

  #start(): Thread {
    this.#thread ??= new Thread(SCRIPT)
    return this.#thread
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
