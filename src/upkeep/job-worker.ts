// A thread that does an index's jobs, one after the other.

import { parentPort } from 'node:worker_threads'
import { type Job, runJob } from '../search/search.ts'

parentPort?.on('message', (job: Job) => parentPort?.postMessage(runJob(job)))
