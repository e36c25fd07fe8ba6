// The part of autocannon that the benchmarks use; it brings no types of its own.

declare module 'autocannon' {
  export interface Request {
    readonly path: string
  }

  export interface Client {
    setRequests(requests: readonly Request[]): void
  }

  export interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    /** Milliseconds between looks at whether the time is over. */
    readonly sampleInt: number
    readonly headers: Readonly<Record<string, string>>
    readonly requests: readonly Request[]
    readonly setupClient: (client: Client) => void
  }

  export interface Result {
    readonly errors: number
    readonly timeouts: number
    readonly non2xx: number
  }

  export interface Instance extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: Client, status: number, bytes: number, milliseconds: number) => void,
    ): this
  }

  export default function autocannon(options: Options): Instance
}
