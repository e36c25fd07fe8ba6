// A job done by a process of its own.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Job, JobResult, Reply } from './job.ts'

const ENGINE_PROCESS = fileURLToPath(new URL('./engine-process.ts', import.meta.url))

/** Three quarters of the machine's memory: Node's own bound is too small for what some peers hold. */
const HEAP_MEGABYTES = Math.floor((totalmem() * 0.75) / 2 ** 20)

/** @throws Error when the engine failed, or its process ended without a reply */
export async function runJob(job: Job): Promise<JobResult> {
  const child = fork(ENGINE_PROCESS, {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MEGABYTES}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const stop = () => child.kill()
  process.once('exit', stop)
  child.send(job)
  const ended = once(child, 'exit')
  const [reply] = (await Promise.race([once(child, 'message'), ended])) as [Reply | number | null]
  await ended
  process.off('exit', stop)
  if (reply === null || typeof reply === 'number') {
    throw new Error(`the process of ${job.engine} ended without a result (exit code ${reply})`)
  }
  if ('failure' in reply) throw new Error(`${job.engine} failed: ${reply.failure}`)
  return reply.done
}
