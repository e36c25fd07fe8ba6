// One engine in a process of its own, so that no memory and no garbage of another's gets into its figures. Takes a job,
// sends one reply, and ends; ends as well when the benchmark does.

import { measureAlone } from './alone.ts'
import { ENGINES } from './engines.ts'
import type { Job, JobResult, Reply } from './job.ts'
import { measure } from './measure.ts'
import { OmnidexEngine } from './omnidex.ts'

process.once('disconnect', () => process.exit()) // Servers and temporary files go in the 'exit' listeners.
process.once('SIGTERM', () => process.exit(143))
process.once('message', async (job: Job) => {
  const reply = await replyTo(job)
  process.send?.(reply, () => process.disconnect())
})

async function replyTo(job: Job): Promise<Reply> {
  try {
    return { done: await work(job) }
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

async function work({ engine: name, contacts, texts, pace }: Job): Promise<JobResult> {
  await using engine = await ENGINES[name].open()
  const run = await measure(engine, contacts, texts)
  if (!(engine instanceof OmnidexEngine)) return run
  return { ...run, alone: await measureAlone(engine, contacts, texts, pace) }
}
