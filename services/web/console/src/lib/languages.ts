import type { Language } from '../i18n/language.ts'

/**
 * Languages in which communes make announcements, by ISO 639 code, Vietnamese first and then those of Quảng Trị and its
 * neighbours. Names as in the list of ethnic groups of Viet Nam; a code that is not here is shown as it is.
 */
const names: [code: string, vi: string, en: string][] = [
  ['vi', 'Tiếng Việt', 'Vietnamese'],
  ['bru', 'Bru - Vân Kiều', 'Bru'],
  ['pac', 'Pa Kô (Tà Ôi)', 'Pacoh'],
  ['hmn', 'Mông', 'Hmong'],
  ['tyz', 'Tày', 'Tày'],
  ['nut', 'Nùng', 'Nùng'],
  ['blt', 'Thái', 'Tai Dam'],
  ['mtq', 'Mường', 'Muong'],
  ['ium', 'Dao', 'Iu Mien'],
  ['km', 'Khmer', 'Khmer'],
  ['cjm', 'Chăm', 'Cham'],
  ['rad', 'Ê Đê', 'Rade'],
  ['jra', 'Gia Rai', 'Jarai'],
  ['bdq', 'Ba Na', 'Bahnar'],
  ['sed', 'Xơ Đăng', 'Sedang'],
  ['kpm', 'Cơ Ho', 'Koho'],
  ['hre', 'Hrê', 'Hre'],
  ['lo', 'Lào', 'Lao'],
  ['zh', 'Hoa', 'Chinese'],
  ['en', 'Tiếng Anh', 'English'],
]

/** For a list to choose from. */
export function languageChoices(language: Language): { value: string; label: string }[] {
  return names.map(([value, vi, en]) => ({ value, label: language === 'vi' ? vi : en }))
}

/** The name of a language. */
export function languageName(code: string, language: Language): string {
  const found = names.find(([known]) => known === code)
  return found ? (language === 'vi' ? found[1] : found[2]) : code
}
