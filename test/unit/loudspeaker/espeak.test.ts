import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { espeakRate, plainForEspeak, wavSamples } from '../../../channels/loudspeaker/voices/espeak.ts'
import { isAppError } from '../../../services/domain/errors.ts'

describe('plainForEspeak', () => {
  test('keeps Vietnamese and punctuation, in composed letters', () => {
    const text = 'Ủy ban nhân dân xã thông báo: từ thứ Hai, bà con đến “một cửa”!'
    expect(plainForEspeak(text.normalize('NFD'))).toBe(text)
  })

  test('takes out phoneme codes and embedded commands, keeping the words apart', () => {
    expect(plainForEspeak("có[[h@'loU]]thật")).toBe("có h@'loU thật")
    expect(plainForEspeak('một\u0001250Ahai\u0000ba')).toBe('một 250Ahai ba')
  })

  test('joins what an invisible character splits', () => {
    expect(plainForEspeak('thông\u00ad báo\u200b')).toBe('thông báo')
  })

  test('nothing that espeak-ng obeys survives, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const plain = plainForEspeak(text)
        expect(plain).not.toMatch(/[\p{Cc}\p{Cs}[\]]/u)
        expect(plain.trim()).toBe(plain)
        expect(plainForEspeak(plain)).toBe(plain)
      }),
    )
  })
})

/** A WAV as espeak-ng writes it into a pipe: placeholder sizes. */
function wav(options: { rate?: number; channels?: number; extra?: Buffer; samples: Buffer }): Buffer {
  const head = Buffer.alloc(36)
  head.write('RIFF', 0)
  head.writeUInt32LE(0x7ffff024, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(options.channels ?? 1, 22)
  head.writeUInt32LE(options.rate ?? espeakRate, 24)
  head.writeUInt32LE((options.rate ?? espeakRate) * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  const data = Buffer.alloc(8)
  data.write('data', 0)
  data.writeUInt32LE(0x7ffff000, 4)
  return Buffer.concat([head, options.extra ?? Buffer.alloc(0), data, options.samples])
}

describe('wavSamples', () => {
  test('takes what follows the data head, whatever size the head claims', () => {
    const samples = Buffer.from([1, 2, 3, 4, 5, 6])
    expect(wavSamples(wav({ samples }))).toEqual(samples)
  })

  test('skips other chunks and drops half a sample at the end', () => {
    const list = Buffer.concat([Buffer.from('LIST\x03\0\0\0abc', 'latin1'), Buffer.from([0])])
    expect(wavSamples(wav({ extra: list, samples: Buffer.from([1, 2, 3]) }))).toEqual(Buffer.from([1, 2]))
  })

  test.each([
    ['another rate', wav({ rate: 16_000, samples: Buffer.alloc(4) })],
    ['two channels', wav({ channels: 2, samples: Buffer.alloc(4) })],
    ['no WAV at all', Buffer.from('espeak-ng: error')],
    ['a head without data', wav({ samples: Buffer.alloc(4) }).subarray(0, 36)],
  ])('refuses %s', (_name, bytes) => {
    let thrown: unknown
    try {
      wavSamples(bytes)
    } catch (error) {
      thrown = error
    }
    expect(isAppError(thrown) && thrown.code).toBe('audio.failed')
  })
})
