// What administrators set while servers run, by Rocket.Chat's names; it counts everywhere from the next request on. What is set
// before a start is in config.ts.

import { errors } from './errors.ts'
import type { SettingStore, SettingValue } from './store/store.ts'

/** Every setting there is, with its usual value. */
const USUAL = {
  /** Whether conversations are taken at all. */
  Livechat_enabled: true,
  /** Whether a conversation may begin while nobody is there to take it. */
  Livechat_accept_chats_with_no_agents: false,
  /** Kept for those who ask; conversations wait until an agent takes them, whatever it says. */
  Livechat_Routing_Method: 'Manual_Selection',
  /** Whether closing what is closed already may be forced, and is no error then. */
  Omnichannel_allow_force_close_conversations: false,
  /** Whether visitors may close their conversations themselves. */
  Omnichannel_allow_visitors_to_close_conversation: true,
  /** Whether visitors and contacts may be removed although they have open conversations. */
  Livechat_Allow_collect_and_store_HTTP_header_informations: false,
  /** `always`: a channel is unverified again when a conversation begins. */
  Livechat_Require_Contact_Verification: 'never',
  /** Whether agents may not take conversations of unknown contacts. */
  Livechat_Block_Unknown_Contacts: false,
  /** Whether agents may not take conversations of unverified channels. */
  Livechat_Block_Unverified_Contacts: false,
} as const satisfies Readonly<Record<string, SettingValue>>

/** Settings that have one of these values only. */
const CHOICES: Readonly<Partial<Record<string, readonly unknown[]>>> = {
  Livechat_Require_Contact_Verification: ['never', 'once', 'always'],
}

export type SettingId = keyof typeof USUAL

/** The values of all of them at one moment. */
export type SettingValues = { readonly [Id in SettingId]: SettingValue }

export class Settings {
  readonly #store: SettingStore

  constructor(store: SettingStore) {
    this.#store = store
  }

  async values(): Promise<SettingValues> {
    return { ...USUAL, ...Object.fromEntries(await this.#store.list()) }
  }

  /** @throws setting-unknown */
  async get(id: string): Promise<SettingValue> {
    if (!isSetting(id)) throw errors.settingUnknown()
    return (await this.values())[id]
  }

  /** @throws setting-unknown also for a value that it cannot have */
  async set(id: string, value: unknown): Promise<void> {
    if (!isSetting(id) || typeof value !== typeof USUAL[id]) throw errors.settingUnknown()
    if (CHOICES[id]?.includes(value) === false) throw errors.settingUnknown()
    await this.#store.set(id, value as SettingValue)
  }
}

function isSetting(id: string): id is SettingId {
  return Object.hasOwn(USUAL, id)
}
