// `count` and `offset`: from what validation let through to the page that is meant (contract 3.1.1, 3.1.2).

/** Part of `Config`. */
export interface CountRules {
  readonly defaultCount: number
  readonly maxCount: number
  readonly allowInfiniteCount: boolean
}

export interface PageParams {
  readonly count?: number
  readonly offset?: number
}

/** `count` is `Infinity` where everything is asked for and allowed. */
export function pageOf(params: PageParams, rules: CountRules): { offset: number; count: number } {
  const offset = Math.trunc(params.offset ?? 0)
  const count = Math.min(Math.trunc(params.count ?? rules.defaultCount), rules.maxCount)
  if (count !== 0) return { offset, count }
  return { offset, count: rules.allowInfiniteCount ? Number.POSITIVE_INFINITY : rules.defaultCount }
}
