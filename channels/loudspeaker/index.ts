import type { Sentence } from '../../services/domain/errors.ts'
import { readScript } from '../../services/text/script.ts'
import { defineChannel } from '../contract.ts'
import { type LoudspeakerConfig, loudspeakerConfigHelp, loudspeakerConfigSchema } from './config.ts'
import { levelRecording } from './recordings.ts'
import { renderSpeech, type SpeechContent } from './render.ts'
import { openSession } from './session.ts'

/** Commune sessions are limited locally, in cities to 15 minutes (Hà Nội since 2021-03-12); longer is unusual anywhere. */
const usualSlotSeconds = 15 * 60

/**
 * Commune radio: one broadcast-ready file for all stations. Devices and feeds take it from the station's shelf,
 * operators of FM and wired stations get it by mail with the script. It is confirmed by a station's device, which knows that
 * it played to the end, or by the operator's tick, the best that can be known: a person says that it was on air.
 */
export const loudspeaker = defineChannel<LoudspeakerConfig, SpeechContent>({
  id: 'loudspeaker',
  method: 'commune-radio',
  name: { vi: 'Truyền thanh cấp xã', en: 'Commune loudspeakers' },
  audience: 'stations',
  configSchema: loudspeakerConfigSchema,
  configHelp: loudspeakerConfigHelp,
  traits: {
    bestEvidence: 'attested-by-operator',
    confirmedBy: ['played-by-device', 'attested-by-operator'],
    repeat: 'overwrites',
    maxBatch: 100,
    quietHours: false,
  },
  // A recording is played as it is; what it says is its transcript.
  read: (content, dictionary, config) => (content.variants.recording ? null : readScript(content, config, dictionary)),
  render: renderSpeech,
  takeRecording: levelRecording,
  estimate(rendition) {
    const { durationSeconds } = rendition.content
    const warnings: Sentence[] = []
    if (durationSeconds > usualSlotSeconds) {
      const minutes = Math.ceil(durationSeconds / 60)
      warnings.push({
        vi: `Bản đọc dài khoảng ${minutes} phút, vượt khung phát thường gặp 15 phút. Ông/Bà nên rút gọn hoặc chia thành nhiều bản tin.`,
        en: `The reading takes about ${minutes} minutes, more than the usual slot of 15. Consider shortening or splitting it.`,
      })
    }
    return { airSeconds: durationSeconds, warnings }
  },
  open: async (config, deps) => openSession(config, deps),
})
