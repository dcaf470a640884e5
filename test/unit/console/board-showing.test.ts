import { expect, test } from '@jest/globals'
import type { BoardMedia } from '../../../services/domain/board-content.ts'
import { isPdf, moved, withBoard } from '../../../services/web/console/src/lib/boardShowing.ts'
import { contentKey, emptyContent } from '../../../services/web/console/src/lib/content.ts'

const picture = (mediaId: string) => ({ kind: 'picture', mediaId }) as BoardMedia
const list = ['a', 'b', 'c'].map(picture)
const order = (media: BoardMedia[]) => media.map(m => m.mediaId).join('')

test('a picture moves by one place and not out of the list', () => {
  expect(order(moved(list, 1, -1))).toBe('bac')
  expect(order(moved(list, 1, 1))).toBe('acb')
  expect(moved(list, 0, -1)).toBe(list)
  expect(moved(list, 2, 1)).toBe(list)
})

test('what is switched off again leaves no trace: the draft is the one from before', () => {
  const before = { sms: { text: 'x' } }
  const on = withBoard(before, { pinned: true, weight: 3, media: list })
  expect(on).toEqual({ ...before, board: { pinned: true, weight: 3, media: list } })
  const off = withBoard(on, { pinned: false, weight: undefined, media: [] })
  expect(off).toEqual(before)
  const key = (variants: typeof off) => contentKey({ ...emptyContent(), variants })
  expect(key(off)).toBe(key(before))
  expect(key(on)).not.toBe(key(before))
})

test('the own text of the boards stays when something else is set', () => {
  expect(withBoard({ board: { text: 'Lũ' } }, { takeover: 'banner' }).board).toEqual({ text: 'Lũ', takeover: 'banner' })
})

test('a PDF is told by its bytes, wherever in the first kilobyte it begins', async () => {
  expect(await isPdf(new Blob(['\n\n%PDF-1.7 ...']))).toBe(true)
  expect(await isPdf(new Blob(['bao-cao.pdf']))).toBe(false)
  expect(await isPdf(new Blob([]))).toBe(false)
})
