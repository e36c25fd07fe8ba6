// How contacts and texts are written for the databases among the peers.

/** Stands between the values of a list. Nobody types it, so that no search matches across two values. */
export const SEPARATOR = '\u001f'

/** The pattern of LIKE for texts that contain this one; its escape character is the backslash. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
