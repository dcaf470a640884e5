import type { Command } from 'commander'
import { limits } from '../../domain/announcement.ts'
import { AppError } from '../../domain/errors.ts'
import { checkText, cleanText } from '../../text/input.ts'
import { type SmsForms, type SmsParts, smsForms } from '../../text/sms.ts'
import { table } from '../show/table.ts'
import { readTextSource } from '../text-source.ts'

interface SmsOptions {
  json?: boolean
  price?: string
}

/** What `loa sms --json` prints. */
export interface SmsReport {
  /** Đồng per part, when given. */
  priceDong: number | null
  unicode: SmsForms['unicode'] & { costDong: number | null }
  unaccented: SmsForms['unaccented'] & { costDong: number | null }
}

/** Adds `loa sms FILE`: parts, encoding and price of a text in both forms. Needs no running server. */
export function register(program: Command): void {
  program
    .command('sms')
    .description('Đếm số tin, bảng mã, giá của một tin nhắn, có dấu và không dấu · parts, encoding, price of a text')
    .argument('<file>', 'tệp văn bản UTF-8, "-" là đầu vào chuẩn · text file in UTF-8, "-" reads standard input')
    .option('--price <dong>', 'giá một tin (đồng) · price of one part in đồng')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (file: string, options: SmsOptions) => {
      const report = await measure(file, options, process.stdin)
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : describe(report))
    })
}

/** @throws AppError not-found | import.bad-encoding | text.* | request.invalid */
export async function measure(
  file: string,
  options: SmsOptions,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<SmsReport> {
  const priceDong = parsePrice(options.price)
  const text = cleanText(await readTextSource(file, stdin))
  checkText(text, { maxCharacters: limits.bodyCharacters, field: { vi: 'Nội dung tin nhắn', en: 'The SMS text' } })
  const forms = smsForms(text)
  const cost = (form: SmsParts) => (priceDong === null ? null : form.parts * priceDong)
  return {
    priceDong,
    unicode: { ...forms.unicode, costDong: cost(forms.unicode) },
    unaccented: { ...forms.unaccented, costDong: cost(forms.unaccented) },
  }
}

function parsePrice(price: string | undefined): number | null {
  if (price === undefined) return null
  const value = /^\d+(?:\.\d+)?$/.test(price) ? Number(price) : Number.NaN
  if (Number.isFinite(value) && value <= 1_000_000) return value
  throw new AppError('request.invalid', {
    vi: `Giá "${price}" không hợp lệ. Ghi một số từ 0 đến 1000000, ví dụ --price 350.`,
    en: `The price "${price}" is not valid. Give a number from 0 to 1000000, for example --price 350.`,
  })
}

function describe(report: SmsReport): string {
  const rows = [['Có dấu', report.unicode] as const, ['Không dấu', report.unaccented] as const].map(([name, form]) => [
    name,
    form.encoding,
    form.characters,
    form.parts,
    form.perPart,
    form.left,
    ...(form.costDong === null ? [] : [`${form.costDong.toLocaleString('vi-VN')} đ`]),
  ])
  const head = [
    'Bản',
    'Bảng mã',
    'Ký tự',
    'Số tin',
    'Mỗi tin',
    'Còn trống',
    ...(report.priceDong === null ? [] : ['Giá']),
  ]
  const lines = [table(head, rows), '', 'Có dấu:', report.unicode.text, '', 'Không dấu:', report.unaccented.text]
  if (report.unaccented.unmapped.length > 0) {
    lines.push('', `Lưu ý: bản không dấu không giữ được: ${report.unaccented.unmapped.join(' ')}`)
  }
  return `${lines.join('\n')}\n`
}
