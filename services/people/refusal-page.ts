import type { Sentence } from '../domain/errors.ts'

/**
 * The page behind "từ chối nhận tin" in every message: plain HTML without scripts, so that it works on any phone.
 * Vietnamese first, the same in English below.
 */
export type RefusalPage =
  /** Nothing has happened yet: mail scanners follow links, so opening the page must not refuse. */
  | { state: 'ask'; channel: Sentence; addresses: string[]; actions: RefusalActions }
  | { state: 'refused'; channel: Sentence; addresses: string[]; actions: RefusalActions }
  | { state: 'restored'; channel: Sentence; addresses: string[]; actions: RefusalActions }
  /** The person is no longer in the register. */
  | { state: 'gone' }
  | { state: 'bad-link'; reason: Sentence }

export interface RefusalActions {
  /** Addresses that the forms post to. */
  refuse: string
  undo: string
}

interface Texts {
  heading: Sentence
  text: Sentence
  form?: { action: string; label: Sentence; primary: boolean }
}

function textsOf(page: RefusalPage): Texts {
  switch (page.state) {
    case 'ask':
      return {
        heading: { vi: 'Ông/Bà muốn ngừng nhận thông báo?', en: 'Stop receiving announcements?' },
        text: {
          vi: 'Sau khi xác nhận, cơ quan nhà nước sẽ không gửi thông báo tới địa chỉ này qua kênh này nữa.',
          en: 'Once you confirm, public announcements will no longer be sent to this address on this channel.',
        },
        form: {
          action: page.actions.refuse,
          label: { vi: 'Xác nhận từ chối nhận tin', en: 'Confirm: stop sending' },
          primary: true,
        },
      }
    case 'refused':
      return {
        heading: { vi: 'Đã ghi nhận: ngừng gửi thông báo', en: 'Recorded: no more announcements' },
        text: {
          vi: 'Tin đã chuyển đi trước đó có thể vẫn đến. Nếu đổi ý, Ông/Bà có thể nhận lại thông báo bằng nút dưới đây.',
          en: 'Messages that had already left may still arrive. If you change your mind, use the button above.',
        },
        form: {
          action: page.actions.undo,
          label: { vi: 'Nhận lại thông báo', en: 'Receive announcements again' },
          primary: false,
        },
      }
    case 'restored':
      return {
        heading: { vi: 'Đã khôi phục việc nhận thông báo', en: 'You will receive announcements again' },
        text: {
          vi: 'Từ nay, Ông/Bà lại nhận được thông báo qua kênh này. Ông/Bà có thể từ chối bất cứ lúc nào.',
          en: 'From now on announcements reach you on this channel again. You can refuse them at any time.',
        },
        form: {
          action: page.actions.refuse,
          label: { vi: 'Từ chối nhận tin', en: 'Stop sending' },
          primary: false,
        },
      }
    case 'gone':
      return {
        heading: { vi: 'Ông/Bà không còn trong danh sách nhận tin', en: 'You are no longer on the list' },
        text: {
          vi: 'Không có thông báo nào được gửi thêm. Ông/Bà không cần làm gì nữa.',
          en: 'Nothing more will be sent. There is nothing you need to do.',
        },
      }
    case 'bad-link':
      return { heading: { vi: 'Không mở được đường dẫn', en: 'This link cannot be opened' }, text: page.reason }
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

const style = `
*{box-sizing:border-box}
body{margin:0;background:#f3f4f6;color:#1f2937;font:18px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
header{background:#9d1c20;color:#fff}
header p{max-width:40rem;margin:0 auto;padding:.75rem 1.25rem;font-weight:600}
.demo{background:#fff4d6;color:#6b4a00;text-align:center;padding:.4rem 1.25rem;font-size:1rem;line-height:1.4}
main{max-width:40rem;margin:1.5rem auto;padding:0 1.25rem}
.card{background:#fff;border:1px solid #e5e7eb;border-radius:12px;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.35;margin:0 0 .75rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:1rem 0;padding:.75rem 1rem;background:#f9fafb;border-radius:8px}
dt{color:#4b5563}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
button{display:block;width:100%;min-height:3rem;padding:.6rem 1rem;border-radius:8px;font:inherit;font-weight:600;cursor:pointer}
button.primary{background:#9d1c20;border:2px solid #9d1c20;color:#fff}
button.secondary{background:#fff;border:2px solid #9d1c20;color:#9d1c20}
button:focus-visible{outline:3px solid #1d4ed8;outline-offset:2px}
button small{display:block;font-weight:400;font-size:.9rem;line-height:1.3}
.en{margin-top:1.25rem;padding-top:1.25rem;border-top:1px solid #e5e7eb;color:#4b5563;font-size:1rem}
.en h2{font-size:1.1rem;margin:0 0 .35rem;color:#374151}
.en p{margin:0}
`

/** The whole page. `demo` puts a line above it that says so, as on every page of a demo instance. */
export function refusalPage(page: RefusalPage, { demo }: { demo: boolean }): string {
  const { heading, text, form } = textsOf(page)
  const facts =
    'channel' in page
      ? `<dl><dt>Kênh</dt><dd>${escapeHtml(page.channel.vi)}</dd><dt>Địa chỉ</dt><dd>${page.addresses.map(escapeHtml).join('<br>')}</dd></dl>`
      : ''
  const channelEn = 'channel' in page ? `Channel: ${escapeHtml(page.channel.en)}. ` : ''
  const button = form
    ? `<form method="post" action="${escapeHtml(form.action)}"><button class="${form.primary ? 'primary' : 'secondary'}">${escapeHtml(form.label.vi)}<small lang="en">${escapeHtml(form.label.en)}</small></button></form>`
    : ''
  const demoLine = demo
    ? '<div class="demo">Hệ thống diễn tập: người nhận là hư cấu, không có tin nào rời khỏi máy này. <span lang="en">This is a demo.</span></div>'
    : ''
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(heading.vi)}</title>
<style>${style}</style>
</head>
<body>
<header><p>Loa – Hệ thống thông tin cơ sở</p></header>
${demoLine}
<main><div class="card">
<h1>${escapeHtml(heading.vi)}</h1>
${facts}
<p>${escapeHtml(text.vi)}</p>
${button}
<section class="en" lang="en"><h2>${escapeHtml(heading.en)}</h2><p>${channelEn}${escapeHtml(text.en)}</p></section>
</div></main>
</body>
</html>
`
}
