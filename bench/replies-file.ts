// Replies captured from Omnidex for the bare server to repeat: one a line, as JSON.

import type { Reply } from './client.ts'

export interface CapturedReply extends Reply {
  readonly path: string
}

export function writeReplies(replies: readonly CapturedReply[]): string {
  return replies.map((reply) => JSON.stringify(reply)).join('\n')
}

export function readReplies(bytes: Buffer): CapturedReply[] {
  return bytes
    .toString()
    .split('\n')
    .map((line) => JSON.parse(line))
}
