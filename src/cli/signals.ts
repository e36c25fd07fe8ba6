// SIGTERM and SIGINT: the first asks to stop, the second insists.

const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const

/** Resolves at the first of them, with the exit code that tells of it; the second one ends the process at once. */
export function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(EXIT_CODES)) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(code))
        resolve(code)
      })
    }
  })
}
