// The tabs of one browser in which one person has one board open: they agree on what is drawn and on
// what isn't saved yet, also without the server.

export type Told =
  | { kind: 'opened', vector: Uint8Array }
  | { kind: 'has', update: Uint8Array, changes: string[] }
  | { kind: 'saved', changes: string[] }
  /** Those that wait on this device have become more, or fewer. */
  | { kind: 'pictures' }
  /** What is saved was removed from this device. */
  | { kind: 'cleared' }
  /** The person signs out: nothing more is kept; or nothing at all, not even what isn't saved. */
  | { kind: 'left' }
  | { kind: 'discarded' }

const channelOf = (database: string): BroadcastChannel => new BroadcastChannel(database)

export class Tabs {
  private readonly channel: BroadcastChannel

  constructor (database: string, listener: (told: Told) => void) {
    this.channel = channelOf(database)
    this.channel.onmessage = event => listener(event.data)
  }

  tell (told: Told): void {
    this.channel.postMessage(told)
  }

  close (): void {
    this.channel.close()
  }
}

/** For those who change a board's database without having the board open. */
export function tellTabs (database: string, told: Told): void {
  const channel = channelOf(database)
  channel.postMessage(told)
  channel.close()
}
