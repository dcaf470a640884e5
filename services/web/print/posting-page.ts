import type { Priority } from '../../domain/announcement.ts'
import { lastDay, officialMoment, postBy, shortDay } from '../../domain/paper.ts'
import { type PostingEnd, type PostingStanding, photoReplaceMs } from '../../domain/posting.ts'
import { escapeHtml } from '../../text/html.ts'
import { demoMark } from './notice.ts'

/** What the page behind a slip's code says and asks. */
export interface PostingView {
  /** Path of this page. */
  path: string
  build: string
  title: string
  issuer: string
  documentNumber: string
  revision: number
  priority: Priority
  boardName: string
  communeName: string
  issuedAt: Date
  removeBy: Date
  standing: PostingStanding
  /** Why it is over, with the sentence for it; absent while it is to hang. */
  end?: { kind: PostingEnd; sentence: string }
  /** The board is of paper no more: the sentence for it. */
  notPaper?: string
  postedAt: Date | null
  removedAt: Date | null
  /** Address of the notice's text. */
  publicPage: string
  now: Date
  demo: boolean
  /** What went wrong with the form that was sent without the script, and what was typed into it. */
  problem?: { sentence: string; name: string; note: string }
}

const style = `
*{box-sizing:border-box}
body{margin:0;background:#eef1f5;color:#1b2733;font:18px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
header{background:#123a5c;color:#fff;font-weight:700}
header p{max-width:600px;margin:0 auto;padding:12px 16px}
.demo{background:#fff1cc;color:#5c4300;text-align:center;padding:6px 16px;font-size:15px;font-weight:700;margin:0}
main{max-width:600px;margin:0 auto;padding:12px 16px 48px}
section{background:#fff;border:1px solid #ccd4dc;border-radius:10px;padding:16px;margin:0 0 14px}
h1{font-size:23px;line-height:1.35;margin:0 0 8px}
h2{font-size:20px;line-height:1.35;margin:0 0 10px}
p{margin:0 0 10px}
dl{margin:0}
dt{color:#4a5866;font-size:16px;margin-top:8px}
dd{margin:0;font-weight:700}
.alarm{background:#8f1218;border-color:#8f1218;color:#fff;font-size:21px;font-weight:700;line-height:1.4}
.good{background:#e3f3e6;border-color:#1f6b33}
.wrong{background:#fde8e8;border-color:#8f1218}
.alarm p:last-child,.good p:last-child,.wrong p:last-child{margin:0}
label{display:block;font-weight:700;margin:14px 0 4px}
label small{font-weight:400;color:#4a5866}
input,textarea{display:block;width:100%;font:inherit;padding:11px;border:2px solid #5c6b7a;border-radius:8px;background:#fff;color:inherit}
input[type=file]{padding:14px 10px;border-style:dashed}
textarea{min-height:76px}
button{display:block;width:100%;min-height:56px;margin-top:18px;font:inherit;font-weight:700;border:0;border-radius:8px;background:#123a5c;color:#fff;padding:8px}
button.second{background:#fff;color:#123a5c;border:2px solid #123a5c}
button[disabled]{background:#5c6b7a;color:#fff}
button:focus-visible,input:focus-visible,textarea:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid #b35c00;outline-offset:2px}
a{color:#0b4f8a}
summary{font-weight:700;padding:6px 0;min-height:44px}
.send{margin-top:12px}
.send[hidden],.preview[hidden]{display:none}
progress{display:block;width:100%;height:20px}
.preview{display:block;max-width:100%;max-height:300px;margin:10px auto 0;border-radius:8px}
`

/** The page: server-rendered, so that any phone shows it; its forms work without the script, which adds progress and retry. */
export function postingPage(view: PostingView): string {
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>Niêm yết: ${escapeHtml(view.title)}</title>
<style>${style}</style>
</head>
<body>
<header><p>Loa – Niêm yết thông báo</p></header>
${view.demo ? `<p class="demo">${demoMark}</p>` : ''}
<main>
${view.problem ? `<section class="wrong" role="alert"><p>${escapeHtml(view.problem.sentence)}</p></section>` : ''}
${stateHtml(view)}
${factsHtml(view)}
${formsHtml(view)}
</main>
<script src="/print-assets/posting.js?${view.build}"></script>
</body>
</html>
`
}

function stateHtml(view: PostingView): string {
  if (view.standing === 'removed' && view.removedAt) {
    return `<section class="good"><h1>Đã gỡ</h1><p>Ghi nhận lúc ${officialMoment(view.removedAt)}. Cảm ơn Ông/Bà.</p></section>`
  }
  if (view.end) return `<section class="alarm" role="alert"><p>${escapeHtml(view.end.sentence)}</p></section>`
  if (view.notPaper) return `<section class="alarm" role="alert"><p>${escapeHtml(view.notPaper)}</p></section>`
  if (view.postedAt) {
    return `<section class="good"><h1>Đã niêm yết</h1><p>Ghi nhận lúc ${officialMoment(view.postedAt)}. Khi hết hạn, Ông/Bà gỡ xuống rồi quét lại mã này để báo đã gỡ.</p></section>`
  }
  return ''
}

function factsHtml(view: PostingView): string {
  const by = postBy(view.priority, view.issuedAt, view.removeBy)
  const facts: [string, string][] = [
    ['Niêm yết tại', `${view.boardName}, ${view.communeName}`],
    ['Cơ quan ban hành', view.issuer],
    ['Số, ký hiệu', view.documentNumber],
    ['Bản số', String(view.revision)],
    ['Niêm yết', by === null ? 'NGAY (khẩn cấp)' : `chậm nhất ngày ${shortDay(by)}`],
    ['Gỡ sau ngày', shortDay(lastDay(view.removeBy))],
  ]
  const heading = view.standing === 'removed' || (view.postedAt && !view.end) ? 'h2' : 'h1'
  return `<section>
<${heading}>${escapeHtml(view.title)}</${heading}>
<dl>${facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl>
${view.end ? '' : `<p style="margin:12px 0 0"><a href="${escapeHtml(view.publicPage)}">Xem toàn văn thông báo</a></p>`}
</section>`
}

function formsHtml(view: PostingView): string {
  if (view.standing === 'removed') return ''
  if (view.standing === 'to-post' && view.notPaper) return ''
  if (view.standing === 'to-post') {
    return `<section>${form(view, {
      kind: 'posted',
      heading: 'Xác nhận đã niêm yết',
      lead: 'Dán thông báo lên bảng, chụp ảnh thấy rõ bảng và thông báo, rồi gửi.',
      button: 'Gửi xác nhận đã niêm yết',
      photo: 'required',
    })}</section>`
  }
  const removal = form(view, {
    kind: 'removed',
    heading: 'Báo đã gỡ',
    lead: 'Gỡ thông báo khỏi bảng rồi gửi. Có thể kèm ảnh bảng sau khi gỡ.',
    button: 'Gửi báo cáo đã gỡ',
    photo: 'optional',
  })
  if (view.end || view.notPaper) return `<section>${removal}</section>`
  const replaceable = view.postedAt !== null && view.now.getTime() - view.postedAt.getTime() < photoReplaceMs
  const replace = replaceable
    ? `<section><details><summary>Ảnh bị mờ? Thay ảnh khác (trong 15 phút)</summary>${form(view, {
        kind: 'posted',
        heading: 'Thay ảnh',
        lead: 'Ảnh mới thay cho ảnh đã gửi.',
        button: 'Gửi ảnh khác',
        photo: 'required',
      })}</details></section>`
    : ''
  return `${replace}<section><details><summary>Gỡ thông báo này</summary>${removal}</details></section>`
}

interface FormWords {
  kind: 'posted' | 'removed'
  heading: string
  lead: string
  button: string
  photo: 'required' | 'optional'
}

function form(view: PostingView, words: FormWords): string {
  const { kind } = words
  const required = words.photo === 'required'
  return `<form method="post" action="${escapeHtml(view.path)}/${kind}" enctype="multipart/form-data" data-send="${kind}">
<h2>${words.heading}</h2>
<p>${words.lead}</p>
<label for="name-${kind}">Họ và tên người thực hiện</label>
<input id="name-${kind}" name="name" required maxlength="100" autocomplete="name" value="${escapeHtml(view.problem?.name ?? '')}">
<label for="photo-${kind}">Ảnh chụp bảng${required ? '' : ' <small>(không bắt buộc)</small>'}</label>
<input id="photo-${kind}" name="photo" type="file" accept="image/jpeg,image/png,image/webp" capture="environment"${required ? ' required' : ''}>
<img class="preview" alt="Ảnh sẽ gửi" hidden>
<label for="note-${kind}">Ghi chú <small>(không bắt buộc)</small></label>
<textarea id="note-${kind}" name="note" maxlength="500">${escapeHtml(view.problem?.note ?? '')}</textarea>
<button${kind === 'removed' && !view.end ? ' class="second"' : ''}>${words.button}</button>
<div class="send" role="status" hidden><progress max="1" value="0" aria-label="Tiến độ gửi"></progress><p></p></div>
</form>`
}

/** For a code that is none of ours: it says no more than that. */
export function unknownSlipPage(): string {
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><title>Không tìm thấy</title><style>${style}</style></head>
<body><header><p>Loa – Niêm yết thông báo</p></header><main><section><h1>Không tìm thấy phiếu niêm yết</h1>
<p>Mã không đúng hoặc không đầy đủ. Ông/Bà vui lòng quét lại mã trên phiếu.</p></section></main></body></html>
`
}
