import { describe, expect, test } from '@jest/globals'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'
import { approvalHash, checkApproval } from '../../../services/domain/approval.ts'
import type { ScriptReading } from '../../../services/domain/reading.ts'

const content = announcementContentSchema.parse({
  title: 'Thông báo',
  body: 'Họp thôn ngày 5/8.',
  channels: ['loudspeaker', 'sms'],
  audience: { areas: ['19333', '19742'] },
})
const reading: ScriptReading = {
  script: 'Họp thôn ngày 5/8.',
  spoken: 'Họp thôn ngày năm tháng tám.',
  spans: [{ at: 14, written: '5/8', spoken: 'năm tháng tám' }],
  warnings: [],
  profile: 'north',
  documents: 'expanded',
  readerVersion: 1,
}
const submitted = { state: 'submitted' as const, content, reading, authorId: 'a', submittedBy: 'a' }

const codeOf = (work: () => void) => {
  try {
    work()
    return 'approved'
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('what an approver signs', () => {
  test('covers the reading: any other reading is another hash', () => {
    const hashes = [
      approvalHash(content),
      approvalHash(content, reading),
      approvalHash(content, { ...reading, spoken: 'Họp thôn ngày mùng năm tháng tám.' }),
      approvalHash(content, { ...reading, warnings: [{ at: null, vi: 'x', en: 'x' }] }),
      approvalHash(content, { ...reading, profile: 'south' }),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('without a reading is the content alone, as it was before readings were kept', () => {
    expect(approvalHash(content, null)).toBe(approvalHash(content))
    // Made by the release before: an approval that stands in a database must go on to be the one of this content.
    expect(approvalHash(content)).toBe('4e6f7838457b4ef46b80f698dca0618c304239f95b07490cf19f2ce520daa4f2')
  })

  test('does not depend on the order of areas and channels, nor on the way through the database', () => {
    const other = { ...content, channels: ['sms', 'loudspeaker'], audience: { areas: ['19742', '19333'], tags: [] } }
    const { spans, script, ...rest } = reading
    expect(approvalHash(other, JSON.parse(JSON.stringify({ ...rest, spans, script })))).toBe(
      approvalHash(content, reading),
    )
  })

  test('content alone does not approve a reading that was not seen', () => {
    expect(codeOf(() => checkApproval(submitted, 'b', approvalHash(content, reading)))).toBe('approved')
    expect(codeOf(() => checkApproval(submitted, 'b', approvalHash(content)))).toBe('announcement.hash-mismatch')
    const changed = { ...submitted, reading: { ...reading, spoken: 'Khác.' } }
    expect(codeOf(() => checkApproval(changed, 'b', approvalHash(content, reading)))).toBe('announcement.hash-mismatch')
  })
})
