// The ways the demo's people have written in: channels as the contract shapes them, with their last conversation.

import type { Channel, LastChat } from '../contact.ts'
import { type Odds, type Random, weighted } from './random.ts'

type Source = Pick<Channel, 'name' | 'details'> & { readonly source: Channel['visitor']['source'] }

type Draft = { -readonly [K in keyof Channel]: Channel[K] }

const SOURCES: Odds<Source> = weighted<Source>([
  [widget('shop.example.com'), 35],
  [widget('www.example.org'), 12],
  [inbox('support@example.com'), 14],
  [inbox('hilfe@example.net'), 6],
  [sms('+12125550100'), 11],
  [{ name: 'api', source: { type: 'api' }, details: { type: 'api' } }, 10],
  [app('demo-messenger', 'Messenger'), 12],
])

/** Letters and digits that cannot be mistaken for one another, as room ids use them. */
const UNMISTAKABLE = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'

/** Some channels, first used between the two times (unix milliseconds). One in ten has had no conversation yet. */
export function drawChannels(random: Random, count: number, from: number, to: number): Channel[] {
  return random.times(count, () => drawChannel(random, from, to))
}

/** The latest of the channels' conversations, or `undefined` when there was none. */
export function latestChat(channels: readonly Channel[]): LastChat | undefined {
  let latest: LastChat | undefined
  for (const { lastChat } of channels) {
    if (lastChat && (latest === undefined || lastChat.ts > latest.ts)) latest = lastChat
  }
  return latest
}

function drawChannel(random: Random, from: number, to: number): Channel {
  const { name, source, details } = random.draw(SOURCES)
  const usedAt = timeBetween(random, from, to)
  const visitor = { visitorId: random.hex(24), source }
  const verified = random.chance(0.15)
  const channel: Draft = { name, verified, blocked: random.chance(0.01), visitor, details }
  if (verified) channel.verifiedAt = usedAt
  if (random.chance(0.9)) channel.lastChat = { roomId: random.text(UNMISTAKABLE, 17), ts: usedAt }
  return channel
}

function timeBetween(random: Random, from: number, to: number): string {
  return new Date(from + Math.floor(random.fraction() * (to - from))).toISOString()
}

function widget(host: string): Source {
  return { name: 'widget', source: { type: 'widget' }, details: { type: 'widget', destination: host } }
}

function inbox(address: string): Source {
  const source = { type: 'email', id: address }
  return { name: address, source, details: { ...source, label: address, destination: address } }
}

function sms(ownNumber: string): Source {
  return {
    name: 'sms',
    source: { type: 'sms' },
    details: { type: 'sms', alias: 'demo-sms', destination: ownNumber },
  }
}

function app(id: string, label: string): Source {
  const source = { type: 'app', id }
  return { name: label, source, details: { ...source, label, alias: id } }
}
