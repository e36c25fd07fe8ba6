// Whom an address stands for, where requests are counted.

import { isIP } from 'node:net'

/** The address itself, or the /64 of an IPv6 address that does not stand for an IPv4 one: one person commands it as a whole. */
export function networkOf(address: string): string {
  const bare = withoutPort(address).replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIP(bare) !== 6) return bare
  const [head = '', tail = ''] = bare.split('%', 1)[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const missing = 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const all = bare.includes('::') ? [...groups, ...Array(missing).fill('0'), ...tail.split(':')] : groups
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Some proxies write the port as well, and brackets around an IPv6 address. */
function withoutPort(address: string): string {
  const [, inBrackets, before] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? []
  return inBrackets ?? before ?? address
}
