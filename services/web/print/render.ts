import type { PaperSize, PrintForm } from '../../domain/paper.ts'
import { largeBody, largeStyle } from './large.ts'
import { demoMark, type Notice, standingMarks } from './notice.ts'
import { officialBody, officialStyle } from './official.ts'
import { printPage } from './page.ts'

const formNames: Record<PrintForm, string> = { official: 'Mẫu văn bản', large: 'Chữ lớn' }

/** Addresses of an announcement's printed pages, as the tools above each sheet and the console name them. */
export function printLinks(id: string, current: string): { label: string; href: string; current: boolean }[] {
  const forms = (['official', 'large'] as const).flatMap(form =>
    (['A4', 'A3'] as const).map(size => ({
      label: `${formNames[form]} ${size}`,
      href: `/print/${id}?form=${form}&size=${size}`,
    })),
  )
  return [...forms, { label: 'Phiếu niêm yết', href: `/print/${id}/slips` }].map(link => ({
    ...link,
    current: link.href === current,
  }))
}

/** The whole page of a notice in one form and size. */
export function noticePage(notice: Notice, form: PrintForm, size: PaperSize, build: string): string {
  const mark = standingMarks[notice.standing]
  const note = [mark === '' ? '' : `${mark}: không niêm yết tờ này.`, notice.demo ? demoMark : '']
  return printPage({
    title: `${notice.title} – ${formNames[form]} ${size}`,
    build,
    style: form === 'official' ? officialStyle(notice, size) : largeStyle(notice, size),
    links: printLinks(notice.id, `/print/${notice.id}?form=${form}&size=${size}`),
    body: form === 'official' ? officialBody(notice) : largeBody(notice),
    note: note.filter(Boolean).join(' '),
  })
}
