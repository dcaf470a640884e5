import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fileKind } from '../../../channels/loudspeaker/recording-kind.ts'
import { length } from '../../../channels/loudspeaker/recording-refusals.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

describe('the kind of a file by its first bytes', () => {
  test.each([
    ['RIFF\0\0\0\0WAVEfmt ', 'wav'],
    ['RF64\u00ff\u00ff\u00ff\u00ffWAVEds64', 'wav'],
    ['ID3\u0003\0\0', 'mp3'],
    ['\u00ff\u00fb\u0090\u0064', 'mp3'],
    ['\u00ff\u00f1\u0050\u0080', 'aac'],
    ['OggS\0\u0002', 'ogg'],
    ['fLaC\0\0\0\u0022', 'flac'],
    ['\0\0\0\u0020ftypM4A ', 'mov'],
    ['\u001aE\u00df\u00a3\u0001', 'matroska'],
    ['#!AMR\n', 'amr'],
    ['FORM\0\0\0\0AIFFCOMM', 'aiff'],
  ])('%j is read as %s', (head, demuxer) => {
    expect(fileKind(bytes(head))).toMatchObject({ is: 'sound', demuxer })
  })

  test.each([
    ['PK\u0003\u0004\u0014\0', 'archive'],
    ['Rar!\u001a\u0007', 'archive'],
    ['\u0089PNG\r\n\u001a\n', 'picture'],
    ['\u00ff\u00d8\u00ff\u00e0', 'picture'],
    ['RIFF\0\0\0\0WEBPVP8 ', 'picture'],
    ['\0\0\0\u0018ftypheic', 'picture'],
    ['%PDF-1.7', 'document'],
    ['\u00d0\u00cf\u0011\u00e0\u00a1\u00b1', 'document'],
    ['MZ\u0090\0', 'program'],
    ['\u007fELF\u0002', 'program'],
    ['<!doctype html><title>', 'page'],
    ['  <html lang="vi">', 'page'],
    ['#EXTM3U\n#EXT-X-VERSION:3', 'unknown'],
    ['ffconcat version 1.0\nfile a', 'unknown'],
    ['Kinh moi nhan dan', 'unknown'],
    ['', 'empty'],
  ])('%j is %s', (head, is) => {
    expect(fileKind(bytes(head)).is).toBe(is)
  })

  test('any bytes have a kind, and ffmpeg is told one of a few formats only', () => {
    const known = ['wav', 'mp3', 'aac', 'ogg', 'flac', 'mov', 'matroska', 'amr', 'aiff', 'asf', 'caf', 'avi']
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), raw => {
        const kind = fileKind(Buffer.from(raw))
        if (kind.is === 'sound') expect(known).toContain(kind.demuxer)
      }),
    )
  })
})

test.each([
  [0.2, '0,2 giây', '0.2 s'],
  [5, '5 giây', '5 s'],
  [65, '1 phút 5 giây', '1 min 5 s'],
  [1_800, '30 phút', '30 min'],
  [36_000, '10 giờ', '10 h'],
])('%d s in words', (seconds, vi, en) => {
  expect(length(seconds)).toEqual({ vi, en })
})
