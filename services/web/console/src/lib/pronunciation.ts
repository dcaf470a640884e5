import type { Pronunciation } from '../../../../http/schemas-pronunciations.ts'

/** In the order of the choices. */
export const entryKinds = ['place', 'name', 'abbreviation', 'word'] as const satisfies readonly Pronunciation['kind'][]

const kindWords = { place: 'địa danh', name: 'tên riêng', abbreviation: 'viết tắt', word: 'từ ngữ' } as const

/** Entries as rows of a file that the import takes back as they are. The words are Vietnamese in every language. */
export function entryRows(entries: readonly Pronunciation[]): string[][] {
  return [
    ['Cách viết', 'Cách đọc', 'Mã địa bàn', 'Loại', 'Phân biệt hoa thường', 'Ghi chú'],
    ...entries.map(e => [
      e.written,
      e.spoken,
      e.areaCode ?? '',
      kindWords[e.kind],
      e.caseSensitive ? 'có' : 'không',
      e.note,
    ]),
  ]
}
