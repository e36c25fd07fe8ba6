// A thread that does an index's jobs, one after the other.

import { parentPort } from 'node:worker_threads'
import { type Job, runJob } from '../search/search.ts'

parentPort?.on('message', (job: Job) => parentPort?.postMessage(runJob(job)))

// Nobody would hear of a job that cannot be read, if the thread did not end.
parentPort?.on('messageerror', (error) => {
  throw error
})
