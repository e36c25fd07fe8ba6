// Makes dist/, what the published package runs: JavaScript with type declarations, and the SQL beside it.

import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
cpSync('src/store/migrations', 'dist/store/migrations', { recursive: true })
