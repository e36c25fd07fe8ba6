// What visitors' tokens are looked up by, in every store.

import { hash } from 'node:crypto'

export function tokenHash(token: string): string {
  return hash('sha256', token, 'base64')
}
