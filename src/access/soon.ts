// Values that are usually there already: what was read a moment ago is handed over at once. On the path of every request
// the promises and turns in between would cost more than all that is looked up.

export type Soon<T> = T | Promise<T>

/** What `next` makes of the value: at once when the value is there, else when it is. */
export function after<T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
