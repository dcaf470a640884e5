import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deliveryStates, noDeliveries } from '../../../services/domain/delivery.ts'
import type { Area, OperatorItem } from '../../../services/http/schemas.ts'
import {
  communeChosen,
  describeAreas,
  groupAreas,
  nameInSentence,
  provinceState,
  searchAreas,
  toggleCommune,
  toggleProvince,
} from '../../../services/web/console/src/lib/areas.ts'
import { segmentOrder, segments, sumCounts } from '../../../services/web/console/src/lib/equation.ts'
import { groupItems, itemState } from '../../../services/web/console/src/lib/operator.ts'
import { readBoard, readEmail, readSms, readSpeech } from '../../../services/web/console/src/lib/rendition.ts'
import { areaRows, arrangeRows } from '../../../services/web/console/src/lib/results.ts'

const areas: Area[] = [
  { code: '44', kind: 'province', name: 'Tỉnh Quảng Trị', parentCode: null },
  { code: '19333', kind: 'commune', name: 'Phường Đông Hà', parentCode: '44' },
  { code: '19360', kind: 'commune', name: 'Xã Ái Tử', parentCode: '44' },
  { code: '19742', kind: 'commune', name: 'Đặc khu Cồn Cỏ', parentCode: '44' },
]
const [quangTri] = groupAreas(areas)
const commune = (code: string) => areas.find(area => area.code === code) ?? fail(code)
function fail(code: string): never {
  throw new Error(`no area ${code}`)
}
if (!quangTri) throw new Error('no province')

describe('choosing areas', () => {
  test('communes are in Vietnamese order', () =>
    expect(quangTri.communes.map(c => c.name)).toEqual(['Đặc khu Cồn Cỏ', 'Phường Đông Hà', 'Xã Ái Tử']))

  test('taking one commune out of the province leaves the others by name', () => {
    const left = toggleCommune(['44'], commune('19333'), quangTri)
    expect([...left].sort()).toEqual(['19360', '19742'])
    expect(provinceState(left, quangTri)).toBe('some')
    expect(communeChosen(left, commune('19333'))).toBe(false)
  })
  test('ticking twice changes nothing', () => {
    const codes = quangTri.communes.map(c => c.code)
    fc.assert(
      fc.property(fc.subarray(codes), fc.constantFrom(...codes), (selected, code) => {
        const twice = toggleCommune(toggleCommune(selected, commune(code), quangTri), commune(code), quangTri)
        expect([...twice].sort()).toEqual([...selected].sort())
      }),
    )
  })
  test('the province replaces its communes and is unticked whole', () => {
    expect(toggleProvince(['19333', '01'], quangTri)).toEqual(['01', '44'])
    expect(toggleProvince(['01', '44'], quangTri)).toEqual(['01'])
  })
  test('search without diacritics; a fitting province keeps all its communes', () => {
    expect(searchAreas([quangTri], 'con co')[0]?.communes.map(c => c.code)).toEqual(['19742'])
    expect(searchAreas([quangTri], 'quang tri')[0]?.communes).toHaveLength(3)
    expect(searchAreas([quangTri], '19360')[0]?.communes.map(c => c.code)).toEqual(['19360'])
    expect(searchAreas([quangTri], 'ha noi')).toEqual([])
  })
  test('in words', () => {
    expect(describeAreas(['44'], areas)).toBe('Tỉnh Quảng Trị')
    expect(describeAreas(['19333', '19360', '19742'], areas, 2)).toBe('Phường Đông Hà, Xã Ái Tử (+1)')
    expect(describeAreas(['99999'], areas)).toBe('99999')
    expect(nameInSentence('Tỉnh Quảng Trị')).toBe('tỉnh Quảng Trị')
    expect(nameInSentence('Thành phố Huế')).toBe('thành phố Huế')
    expect(nameInSentence('Xãhội')).toBe('Xãhội')
  })
})

const counts = fc
  .record(
    Object.fromEntries(deliveryStates.map(state => [state, fc.nat(1_000_000)])) as Record<string, fc.Arbitrary<number>>,
  )
  .map(states => ({ ...noDeliveries(), ...states, audience: Object.values(states).reduce((a, b) => a + b, 0) }))

describe('the bar of the equation', () => {
  test('shows every state there is', () => expect([...segmentOrder].sort()).toEqual([...deliveryStates].sort()))
  test('is always full, hides nobody and invents nobody', () => {
    fc.assert(
      fc.property(counts, c => {
        const parts = segments(c)
        expect(parts.map(part => part.state)).toEqual(segmentOrder.filter(state => c[state] > 0))
        for (const part of parts) expect(part.percent).toBeGreaterThanOrEqual(0.5)
        if (parts.length > 0) expect(parts.reduce((sum, part) => sum + part.percent, 0)).toBeCloseTo(100, 6)
      }),
    )
  })
  test('three rejected among a million stay visible', () => {
    const bar = segments({ ...noDeliveries(), audience: 1_000_003, confirmed: 1_000_000, rejected: 3 })
    expect(bar.map(part => Math.round(part.percent))).toEqual([99, 1])
  })
  test('sums', () => {
    const one = { ...noDeliveries(), audience: 3, accepted: 2, unknown: 1 }
    expect(sumCounts([one, one])).toEqual({ ...noDeliveries(), audience: 6, accepted: 4, unknown: 2 })
  })
})

describe('results per commune', () => {
  const result = (areaCode: string, areaName: string, channel: string, confirmed: number, rejected: number) => ({
    areaCode,
    areaName,
    channel,
    round: 1,
    counts: { ...noDeliveries(), audience: confirmed + rejected, confirmed, rejected },
  })
  const results = [
    result('19333', 'Phường Đông Hà', 'sms', 8, 2),
    result('19333', 'Phường Đông Hà', 'email', 0, 10),
    result('19742', 'Đặc khu Cồn Cỏ', 'sms', 1, 0),
  ]
  test('all channels together, or one', () => {
    expect(areaRows(results, '').map(row => [row.areaCode, row.reached])).toEqual([
      ['19333', 0.4],
      ['19742', 1],
    ])
    expect(areaRows(results, 'email').map(row => row.areaCode)).toEqual(['19333'])
  })
  test('sorted and searched', () => {
    const rows = areaRows(results, '')
    expect(arrangeRows(rows, '', 'areaName', false).map(row => row.areaCode)).toEqual(['19742', '19333'])
    expect(arrangeRows(rows, '', 'reached', true).map(row => row.areaCode)).toEqual(['19742', '19333'])
    expect(arrangeRows(rows, '', 'rejected', true).map(row => row.areaCode)).toEqual(['19333', '19742'])
    expect(arrangeRows(rows, 'dong ha', 'audience', true)).toHaveLength(1)
  })
})

describe('the operator’s list', () => {
  const now = new Date('2026-11-24T03:00:00Z')
  const item = (id: string, over: Partial<OperatorItem>): OperatorItem => ({
    id,
    announcementId: 'a',
    title: id,
    priority: 'routine',
    stationId: '1',
    stationName: 'Đài',
    areaName: 'Phường Đông Hà',
    audioUrl: '',
    downloadUrl: '',
    sizeBytes: 1,
    durationSeconds: 1,
    script: '',
    putAt: '2026-11-24T01:00:00Z',
    expiresAt: null,
    withdrawnAt: null,
    fetchedAt: null,
    airedAt: null,
    airedBy: null,
    ...over,
  })
  test('withdrawn outranks everything', () => {
    const times = {
      withdrawnAt: '2026-11-24T02:00:00Z',
      airedAt: '2026-11-24T01:30:00Z',
      expiresAt: '2026-11-24T02:30:00Z',
    }
    expect(itemState(item('x', times), now)).toBe('withdrawn')
    expect(itemState(item('x', { ...times, withdrawnAt: null }), now)).toBe('aired')
    expect(itemState(item('x', { ...times, withdrawnAt: null, airedAt: null }), now)).toBe('expired')
    expect(itemState(item('x', {}), now)).toBe('to-air')
  })
  test('what waits is first and belongs to today whatever its age; emergencies lead', () => {
    const { today, earlier } = groupItems(
      [
        item('aired-today', { airedAt: '2026-11-24T02:00:00Z' }),
        item('old-waiting', { putAt: '2026-11-20T01:00:00Z' }),
        item('new-waiting', {}),
        item('old-aired', { putAt: '2026-11-20T01:00:00Z', airedAt: '2026-11-20T02:00:00Z' }),
        item('emergency', { priority: 'emergency', putAt: '2026-11-23T01:00:00Z' }),
      ],
      now,
    )
    expect(today.map(one => one.id)).toEqual(['emergency', 'new-waiting', 'old-waiting', 'aired-today'])
    expect(earlier.map(one => one.id)).toEqual(['old-aired'])
  })
})

describe('renditions are told apart by what they hold', () => {
  const sms = { text: 'THU', form: 'unaccented', encoding: 'GSM-7', parts: 1, units: 3 }
  const speech = { script: 'Kính mời', spoken: 'kính mời', durationSeconds: 94, lufs: -15.9, dbtp: -2.1 }
  const email = { subject: 'Thông báo', text: 'a', html: '<p>a</p>', priority: 'routine' }
  const board = { title: 'T', pages: [{ heading: 'T', running: false, text: 'x' }], issuer: '', priority: 'routine' }
  test('each reader takes its own', () => {
    expect(readSms(sms)).toEqual(sms)
    expect(readSpeech(speech)).toEqual(speech)
    expect(readEmail(email)).toEqual({ subject: 'Thông báo', text: 'a', html: '<p>a</p>' })
    expect(readBoard(board)?.pages).toEqual([{ heading: 'T', text: 'x' }])
  })
  test('and leaves what is not', () => {
    expect(readSpeech(sms)).toBeUndefined()
    expect(readEmail(board)).toBeUndefined()
    expect(readBoard(sms)).toBeUndefined()
    for (const nothing of [null, undefined, 5, 'x', []]) expect(readSms(nothing)).toBeUndefined()
  })
})
