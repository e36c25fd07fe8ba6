// Values that are equal whatever order their members are in.

/** JSON whose members are in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) => {
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member)
    return isObject ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member
  })
}
