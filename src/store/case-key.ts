// What usernames and e-mail addresses are compared by, in every store: databases fold case each in their own way.

/**
 * The same for two texts that differ in case only, in any script. Upper case first: it makes `ß` and `SS`, `ς` and `σ`
 * one, which lower case alone does not.
 */
export function caseKey(text: string): string {
  return text.toUpperCase().toLowerCase()
}
