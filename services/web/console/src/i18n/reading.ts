import type { Shape } from './dictionary.ts'
import type { Language } from './language.ts'

const vi = {
  title: 'Bản đọc trên loa',
  lead: 'Loa sẽ đọc đúng từng chữ như dưới đây, kể cả khi từ điển phát âm thay đổi sau này.',
  changes: (n: string) => `${n} chỗ đọc khác chữ viết`,
  noChanges: 'Bản đọc giống hệt chữ viết.',
  warnings: (n: string) => `${n} chỗ cần lưu ý`,
  inText: 'Trong câu',
  asList: 'Danh sách',
  spoken: 'Lời đọc',
  view: 'Cách xem bản đọc',
  readAs: 'đọc là',
  silent: 'không đọc',
  written: 'Chữ viết',
  times: (n: string) => `${n} lần`,
  general: 'Lưu ý chung',
  signed: 'Chữ ký phê duyệt gồm cả bản đọc này.',
  signedChanges: (n: string) => `Chữ ký gồm cả bản đọc trên loa: ${n} chỗ đọc khác chữ viết.`,
  profile: { north: 'nghìn, linh, tư', south: 'ngàn, lẻ, bốn' },
  documents: { expanded: 'số văn bản đọc đầy đủ', verbatim: 'số văn bản đọc từng ký tự' },
}

const en: Shape<typeof vi> = {
  title: 'Reading on the loudspeakers',
  lead: 'The loudspeakers will say exactly these words, even if the pronunciation dictionary changes later.',
  changes: n => `${n} pieces are said otherwise than written`,
  noChanges: 'It is said just as it is written.',
  warnings: n => `${n} to look at`,
  inText: 'In the text',
  asList: 'List',
  spoken: 'As spoken',
  view: 'How to show the reading',
  readAs: 'read as',
  silent: 'not read',
  written: 'Written',
  times: n => `${n} times`,
  general: 'About all of it',
  signed: 'The approval signs this reading too.',
  signedChanges: n =>
    `The signature covers the reading on the loudspeakers: ${n} pieces are said otherwise than written.`,
  profile: { north: 'nghìn, linh, tư', south: 'ngàn, lẻ, bốn' },
  documents: { expanded: 'document numbers in words', verbatim: 'document numbers sign by sign' },
}

/** The words around a reading. */
export const readingWords: Record<Language, typeof en> = { vi, en }
