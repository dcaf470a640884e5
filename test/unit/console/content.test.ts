import { describe, expect, test } from '@jest/globals'
import { limits } from '../../../services/domain/announcement.ts'
import { backupKey, parseBackup } from '../../../services/web/console/src/lib/backup.ts'
import {
  bodyMax,
  changedFields,
  emptyContent,
  findGaps,
  isBlank,
  sameContent,
  titleMax,
} from '../../../services/web/console/src/lib/content.ts'
import { previewKey } from '../../../services/web/console/src/lib/previewKey.ts'

const now = new Date('2026-11-24T03:00:00Z')
const ready = {
  ...emptyContent(),
  title: 'Lịch tiêm chủng',
  body: 'Trạm Y tế tiêm vắc-xin sáng thứ Bảy.',
  audience: { areas: ['19333'], tags: [] },
  channels: ['sms'],
}

test('the limits are the domain’s', () => {
  expect(titleMax).toBe(limits.titleCharacters)
  expect(bodyMax).toBe(limits.bodyCharacters)
})

describe('sameContent', () => {
  test('order of areas, tags, channels and topics means nothing', () => {
    const a = { ...ready, channels: ['sms', 'email'], audience: { areas: ['19333', '19360'], tags: ['a', 'b'] } }
    const b = { ...ready, channels: ['email', 'sms'], audience: { areas: ['19360', '19333'], tags: ['b', 'a'] } }
    expect(sameContent(a, b)).toBe(true)
  })
  test('an emptied variant is no variant, its form is one', () => {
    expect(sameContent({ ...ready, variants: { sms: { text: '' }, speech: {} } }, ready)).toBe(true)
    expect(sameContent({ ...ready, variants: { sms: { form: 'unaccented' } } }, ready)).toBe(false)
  })
  test('a letter is a change', () => expect(sameContent({ ...ready, body: `${ready.body} ` }, ready)).toBe(false))
})

test('changedFields names what differs, in the order of the form', () => {
  const other = {
    ...ready,
    title: 'Khác',
    audience: { areas: ['44'], tags: [] },
    variants: { board: { text: 'Bảng' } },
  }
  expect(changedFields(ready, other)).toEqual(['title', 'areas', 'variants'])
  expect(changedFields(ready, ready)).toEqual([])
})

describe('findGaps', () => {
  test('nothing is missing', () => expect(findGaps(ready, now)).toEqual([]))
  test('everything is missing', () =>
    expect(findGaps(emptyContent(), now)).toEqual(['title', 'body', 'areas', 'channels']))
  test('an emergency needs its reason', () => {
    expect(findGaps({ ...ready, priority: 'emergency' }, now)).toEqual(['urgencyReason'])
    expect(findGaps({ ...ready, priority: 'emergency', urgencyReason: 'Lũ quét' }, now)).toEqual([])
  })
  test('times', () => {
    const at = (scheduleAt: string | null, expiresAt: string | null) =>
      findGaps({ ...ready, scheduleAt, expiresAt }, now)
    expect(at('2026-11-24T09:59:00+07:00', null)).toEqual(['schedulePast'])
    expect(at(null, '2026-11-24T10:00:00+07:00')).toEqual(['expiryPast'])
    expect(at('2026-11-25T05:30:00+07:00', '2026-11-25T05:00:00+07:00')).toEqual(['expiryBeforeStart'])
    expect(at('2026-11-25T05:30:00+07:00', '2026-11-26T05:00:00+07:00')).toEqual([])
  })
  test('an invisible character is named, line breaks and tabs are fine', () => {
    expect(findGaps({ ...ready, body: 'Xin\u0007 chào' }, now)).toEqual(['control'])
    expect(findGaps({ ...ready, body: 'Xin\n\tchào\r\n' }, now)).toEqual([])
  })
  test('lengths count letters, not UTF-16 units', () => {
    expect(findGaps({ ...ready, title: '😀'.repeat(300) }, now)).toEqual([])
    expect(findGaps({ ...ready, title: 'a'.repeat(301) }, now)).toEqual(['titleLong'])
  })
})

describe('work kept in the browser', () => {
  test('comes back as it was', () => {
    const at = '2026-11-24T03:00:00.000Z'
    expect(parseBackup(JSON.stringify({ content: ready, at }))).toEqual({ content: ready, at })
  })
  test('of an older version is filled up, wrong kinds are dropped', () => {
    const kept = parseBackup(
      JSON.stringify({ at: 'x', content: { title: 'Có', body: 5, audience: { areas: ['44', 7] }, channels: 'sms' } }),
    )
    expect(kept?.content).toEqual({ ...emptyContent(), title: 'Có', audience: { areas: ['44'], tags: [] } })
  })
  test.each([null, '', 'xin chào', '[]', '{"at":"x"}', '{"content":{}}'])('%j is no work', stored =>
    expect(parseBackup(stored)).toBeUndefined(),
  )
  test('belongs to one person and one draft', () => {
    expect(backupKey('p1', undefined)).not.toBe(backupKey('p2', undefined))
    expect(backupKey('p1', 'a')).not.toBe(backupKey('p1', undefined))
  })
})

test('blank is blank', () => {
  expect(isBlank(emptyContent())).toBe(true)
  expect(isBlank({ ...emptyContent(), priority: 'priority' })).toBe(false)
})

test('a sound preview depends on the places, not on the groups of people there; a text preview on both', () => {
  const elsewhere = { ...ready, audience: { areas: ['44'], tags: [] } }
  const others = { ...ready, audience: { ...ready.audience, tags: ['Nông dân'] } }
  expect(previewKey({ audience: 'stations' }, ready)).toBe(previewKey({ audience: 'stations' }, others))
  expect(previewKey({ audience: 'stations' }, ready)).not.toBe(previewKey({ audience: 'stations' }, elsewhere))
  expect(previewKey({ audience: 'citizens' }, ready)).not.toBe(previewKey({ audience: 'citizens' }, elsewhere))
  expect(previewKey({ audience: 'citizens' }, ready)).not.toBe(previewKey({ audience: 'citizens' }, others))
  expect(previewKey({ audience: 'stations' }, ready)).not.toBe(
    previewKey({ audience: 'stations' }, { ...ready, body: 'Khác' }),
  )
})
