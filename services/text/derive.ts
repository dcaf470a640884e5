import type { AnnouncementContent } from '../domain/announcement.ts'
import type { Sentence } from '../domain/errors.ts'
import { unaccent } from './fold.ts'
import { cutAtWord, fitSentences, sentencesOf } from './sentences.ts'
import { smsParts } from './sms.ts'

/** One announcement needs several versions (domain: the officer's work). Each is the officer's own, or derived. */
export interface DerivedText {
  text: string
  /** False when the officer wrote this version. */
  derived: boolean
  warnings: Sentence[]
}

/** A derived SMS aims at this many parts; what an officer writes may be longer and shows its price. */
const derivedSmsParts = 3
const boardCharacters = 300

/**
 * The SMS that goes out: the officer's words, or who, what and the source, in at most three parts. Unaccented when the
 * chosen form says so (default: with diacritics). Cut at a sentence or word border, never inside a word.
 * @param mark what the caller puts before a text; a derived one leaves room for it
 */
export function smsText(content: AnnouncementContent, mark = ''): DerivedText {
  const variant = content.variants.sms
  const unaccented = variant?.form === 'unaccented'
  const own = variant?.text?.trim() ?? ''
  const made = own === '' ? deriveSms(content, unaccented, mark) : { text: own, warnings: [] }
  const text = made.text.normalize('NFC')
  if (!unaccented) return { text, derived: own === '', warnings: made.warnings }
  const bare = unaccent(text)
  const warnings = bare.unmapped.length === 0 ? made.warnings : [...made.warnings, lost(bare.unmapped)]
  return { text: bare.text, derived: own === '', warnings }
}

const titleCut: Sentence = {
  vi: 'Tin nhắn không đủ chỗ: tiêu đề bị cắt bớt và không có phần nào của nội dung. Ông/Bà nên viết riêng tin nhắn SMS.',
  en: 'The text message is too small: the title is cut and nothing of the text is in it. Write an SMS text of its own.',
}

const titleOnly: Sentence = {
  vi: 'Tin nhắn chỉ có tiêu đề, không có phần nào của nội dung. Ông/Bà nên viết riêng tin nhắn SMS.',
  en: 'The text message holds the title only and nothing of the text. Write an SMS text of its own.',
}

const bodyCut = (name: Sentence): Sentence => ({
  vi: `${name.vi} chỉ có phần đầu của nội dung. Ông/Bà vui lòng kiểm tra phần cần thiết đã có chưa, hoặc viết bản riêng.`,
  en: `${name.en} holds only the beginning of the text. Check that what matters is in it, or write a text of its own.`,
})
const theSms: Sentence = { vi: 'Tin nhắn', en: 'The text message' }
const theBoard: Sentence = { vi: 'Bảng tin', en: 'The board' }

function lost(characters: string[]): Sentence {
  const list = characters.slice(0, 10).join(' ')
  return {
    vi: `Bản không dấu không giữ được các ký tự: ${list}`,
    en: `The unaccented form cannot hold these characters: ${list}`,
  }
}

function deriveSms(
  content: AnnouncementContent,
  unaccented: boolean,
  mark: string,
): { text: string; warnings: Sentence[] } {
  const { issuer, documentNumber } = content
  // A title that begins with these words needs no second ones before it; every character counts.
  const saysUrgent = /^khẩn(?: cấp(?!\p{L})|[.:!])/iu.test(content.title)
  const urgent = content.priority === 'emergency' && !saysUrgent ? 'KHẨN CẤP. ' : ''
  const announces = saysUrgent || /^thông báo(?!\p{L})/iu.test(content.title)
  const named = issuer !== '' && documentNumber !== ''
  const lead = named ? (announces ? `${issuer}: ` : `${issuer} thông báo: `) : announces ? '' : 'Thông báo: '
  const opening = `${urgent}${lead}`
  const source = documentNumber !== '' ? documentNumber : issuer
  const closing = source === '' ? '' : ` Nguồn: ${source}.`
  const fits = (text: string) => smsParts(mark + (unaccented ? unaccent(text).text : text)).parts <= derivedSmsParts
  const whole = (middle: string) => `${opening}${middle}${closing}`

  const title = closeSentence(content.title)
  if (!fits(whole(title))) return { text: whole(longestCut(title, cut => fits(whole(cut)))), warnings: [titleCut] }
  const body = sentencesOf(gist(content.body).replace(/\s+/g, ' ')).filter(sentence => !sameText(sentence, title))
  let middle = title
  for (const sentence of body) {
    const longer = `${middle} ${sentence}`
    if (!fits(whole(longer))) return { text: whole(middle), warnings: [middle === title ? titleOnly : bodyCut(theSms)] }
    middle = longer
  }
  return { text: whole(middle), warnings: [] }
}

/** The longest word-border cut of `text` that `fits`; at worst the ellipsis alone. */
function longestCut(text: string, fits: (cut: string) => boolean): string {
  let low = 1
  let high = text.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(cutAtWord(text, middle))) low = middle
    else high = middle - 1
  }
  return cutAtWord(text, low)
}

const webAddress = /(?:https?:\/\/|www\.)[^\s<>"“”()]*[^\s<>"“”().,;:!?]/giu
const mailAddress = /[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/gu
const bracketedAddress = /[ ]?\((?:[^()\n]{0,60}\s)?(?:https?:\/\/|www\.)[^\s()]*\)/giu

/**
 * The announcer's script, still in written form (the loudspeaker channel reads it with `readAloud`): a greeting that
 * names the issuer and the priority, the title, the body without its "Căn cứ" chain and without web addresses, which
 * nobody can note down from a horn.
 */
export function speechText(content: AnnouncementContent): DerivedText {
  const own = content.variants.speech?.text?.trim() ?? ''
  if (own !== '') return { text: own.normalize('NFC'), derived: false, warnings: [] }
  const body = gist(content.body)
  const spoken = body
    .replace(bracketedAddress, '')
    .replace(webAddress, 'trang thông tin điện tử')
    .replace(mailAddress, 'hộp thư điện tử')
  const warnings: Sentence[] =
    spoken === body
      ? []
      : [
          {
            vi: 'Địa chỉ web, thư điện tử được thay bằng lời trong bản đọc. Ông/Bà nên soạn bản đọc riêng nếu người nghe cần địa chỉ.',
            en: 'Web and email addresses are replaced by words in the speech text. Write a speech text if listeners need them.',
          },
        ]
  const parts = [greeting(content), closeSentence(content.title), spoken]
  return {
    text: parts
      .filter(part => part !== '')
      .join('\n\n')
      .normalize('NFC'),
    derived: true,
    warnings,
  }
}

function greeting(content: AnnouncementContent): string {
  const of = content.issuer === '' ? '' : ` của ${content.issuer}`
  if (content.priority === 'emergency') return `Thông báo khẩn cấp${of}. Đề nghị toàn thể nhân dân chú ý lắng nghe.`
  if (content.priority === 'priority') return `Kính mời nhân dân chú ý nghe thông báo quan trọng${of}.`
  return `Kính mời nhân dân nghe thông báo${of}.`
}

/**
 * The text under the title on a board: the officer's words, or the first sentences of the body (about 300 characters). A
 * body that is shown whole keeps its lines, since a list run together is hard to read from afar.
 */
export function boardText(content: AnnouncementContent): DerivedText {
  const own = content.variants.board?.text?.trim() ?? ''
  if (own !== '') return { text: own.normalize('NFC'), derived: false, warnings: [] }
  const lines = gist(content.body)
    .split('\n')
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(line => line !== '')
  const body = lines.join(' ')
  const text = body.length <= boardCharacters ? lines.join('\n') : fitSentences(sentencesOf(body), boardCharacters)
  return {
    text: (text === '' ? cutAtWord(body, boardCharacters) : text).normalize('NFC'),
    derived: true,
    warnings: body.length <= boardCharacters ? [] : [bodyCut(theBoard)],
  }
}

const legalBasis = /^(?:căn cứ|xét đề nghị|xét tờ trình|theo đề nghị)\s[^;\n]*;\s*/iu
const lastBasis = /^(?:căn cứ|xét đề nghị|xét tờ trình|theo đề nghị)\s[^\n]*[.,]$/iu

/**
 * The body without the chain of legal bases that opens an administrative document ("Căn cứ Luật ...;"): it tells a
 * listener nothing. Only pieces closed by a semicolon are taken, and one closing line that follows them directly, so
 * that a sentence which merely begins with "Căn cứ" keeps its main clause.
 */
function gist(body: string): string {
  let afterBasis = false
  const kept: string[] = []
  for (const line of body.split('\n')) {
    let rest = line.trim()
    let removed = false
    for (let match = legalBasis.exec(rest); match !== null; match = legalBasis.exec(rest)) {
      rest = rest.slice(match[0].length)
      removed = true
    }
    if (afterBasis && lastBasis.test(rest) && !/[,.]\s/u.test(rest)) {
      rest = ''
      removed = true
    }
    if (rest !== '' || !removed) kept.push(rest)
    afterBasis = removed || (afterBasis && rest === '')
  }
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function closeSentence(text: string): string {
  return text === '' || /[.!?…:]$/u.test(text) ? text : `${text}.`
}

function sameText(a: string, b: string): boolean {
  const key = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return key(a) === key(b)
}
