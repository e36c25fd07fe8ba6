// A thread that does an index's jobs, one after the other.

import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { type Job, runJob } from '../search/search.ts'

/** Less than the thread that answers searches, where there are fewer processors than threads. */
const NICE = 5
// On Linux a thread has a priority of its own; elsewhere this would be that of the whole process.
// Only ever downwards: whoever is nicer already may not come back.
if (process.platform === 'linux' && getPriority() < NICE) setPriority(NICE)

parentPort?.on('message', (job: Job) => parentPort?.postMessage(runJob(job)))

// Nobody would hear of a job that cannot be read, if the thread did not end.
parentPort?.on('messageerror', (error) => {
  throw error
})
