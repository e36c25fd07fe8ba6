#!/usr/bin/env node
// Starts the program: from its sources in a checkout, from dist/ when installed as a package.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `omnidex needs Node.js 22.18 or newer, this is ${process.version}.\n` +
      'In a checkout, "npm ci" brings one: use "npm start" or "npx omnidex".\n',
  )
  process.exit(1)
}
const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : built.href)
process.exitCode = await main(process.argv.slice(2))
