import { expect, test } from '@jest/globals'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import { installChannels } from '../../../channels/registry.ts'
import { jobsOf, type WantedSlot } from '../../../services/airtime/slot-jobs.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'

const keyWith = (settings: Record<string, string>, greeting: string) => {
  const channels = installChannels([loudspeaker], ['loudspeaker'], () => settings)
  const track = { name: 'voice.flac', mime: 'audio/flac', sha256: 'a'.repeat(64), sizeBytes: 1 }
  const slot: WantedSlot = {
    id: '1',
    areaCode: '19333',
    contentAt: new Date(0),
    maxSeconds: 900,
    sound: { powerOnLeadSeconds: 0, chime: true, greeting, signOff: '' },
    items: [{ dispatchId: '1', plays: 1, seconds: 10, track }],
  }
  return jobsOf({ channels, demo: false } as unknown as DispatchContext, [slot])[0]?.key
}

test.each([{ PROFILE: 'south' }, { DOCUMENTS: 'verbatim' }, { SPEED: '120' }, { VOICE: 'vi-vn-x-south' }])(
  'a greeting that is said otherwise makes another file: %j',
  settings => {
    expect(keyWith(settings, 'Kính chào.')).not.toBe(keyWith({}, 'Kính chào.'))
    // Without words of its own a slot sounds as before, and its file is kept.
    expect(keyWith(settings, '')).toBe(keyWith({}, ''))
  },
)
