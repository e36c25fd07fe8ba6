// What a benchmark says while it runs: on standard error, since standard output is for tables.

export function note(line: string): void {
  process.stderr.write(`${line}\n`)
}
