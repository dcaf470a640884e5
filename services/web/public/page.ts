import type { PublicView, Readable, Withdrawn } from '../../dispatch/public-view.ts'
import type { BoardMedia } from '../../domain/board-content.ts'
import type { Sentence } from '../../domain/errors.ts'
import { style } from './style.ts'
import { type PageLanguage, priorityNames, words, writtenTime } from './words.ts'

/** What a page is made of beside the announcement. */
export interface PageFrame {
  language: PageLanguage
  /** Absolute address of the page, without a query. */
  address: string
  /** Where each language of the frame is. */
  languageLinks: Record<PageLanguage, string>
  demo: boolean
  /** Address under which the browser fetches a stored file. */
  fileUrl(sha256: string, name: string): string
}

/**
 * Whether a search engine may keep a page: the text of a current announcement that hangs on public boards anyway. What is
 * addressed to some people only, is over, was taken back or is a demonstration must not outlive its page in an index.
 */
export function mayBeIndexed(view: PublicView | undefined, demo: boolean): boolean {
  return view?.kind === 'current' && view.onBoards && !demo
}

/** The public page of an announcement, or the one that says there is none: whole HTML, no script. */
export function publicPage(view: PublicView | undefined, frame: PageFrame): string {
  const say = (sentence: Sentence) => escapeHtml(sentence[frame.language])
  const title = view?.title ?? words.notFound[frame.language]
  return `<!doctype html>
<html lang="${frame.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<meta name="robots" content="${mayBeIndexed(view, frame.demo) ? 'noarchive' : 'noindex, nofollow'}">
${view ? openGraph(view, frame) : ''}<style>${style}</style>
</head>
<body>
<a class="skip" href="#noi-dung">${say(words.skip)}</a>
${frame.demo ? `<p class="demo">${say(words.demo)}</p>\n` : ''}<header><div class="wide">
<p>${say(words.site)}</p>
${languageSwitch(frame)}
</div></header>
<main id="noi-dung" class="wide">
${view ? mainOf(view, frame) : notFound(say)}
</main>
<footer><div class="wide"><p>${say(words.footer)}${frame.language === 'en' ? ` ${say(words.onlyVietnamese)}` : ''}</p></div></footer>
</body>
</html>
`
}

function mainOf(view: PublicView, frame: PageFrame): string {
  return 'body' in view ? readablePart(view, frame) : gonePart(view, frame)
}

function notFound(say: (sentence: Sentence) => string): string {
  return `<h1>${say(words.notFound)}</h1>\n<p>${say(words.notFoundRest)}</p>`
}

function gonePart(view: Withdrawn, { language }: PageFrame): string {
  const [lead, rest] =
    view.kind === 'withdrawn' ? [words.withdrawn, words.withdrawnRest] : [words.superseded, words.supersededRest]
  const since = writtenTime(view.at, language)
  return `<div class="notice strong"><strong>${escapeHtml(lead[language])} (${escapeHtml(since)}).</strong>
<p>${escapeHtml(rest[language])}</p></div>
<h1 lang="vi">${escapeHtml(view.title)}</h1>
${factList(
  [
    [words.issuer, view.issuer],
    [words.number, view.documentNumber],
  ],
  language,
)}`
}

function readablePart(view: Readable, frame: PageFrame): string {
  const { language } = frame
  const say = (sentence: Sentence) => escapeHtml(sentence[language])
  const notices = [
    ...(view.kind === 'expired' ? [`<div class="notice strong"><strong>${say(words.expired)}</strong></div>`] : []),
    ...(view.readOlder ? [`<div class="notice">${say(words.older)}</div>`] : []),
  ]
  const mark =
    view.priority === 'routine' ? '' : `<p class="mark ${view.priority}">${say(priorityNames[view.priority])}</p>\n`
  const until = view.expiresAt ? writtenTime(view.expiresAt, language) : words.noEnd[language]
  const paragraphs = view.body
    .split('\n')
    .map(p => p.trim())
    .filter(Boolean)
  const pictures = view.media.map(media => figure(media, frame)).join('\n')
  return `${notices.join('\n')}
${mark}<h1 lang="vi">${escapeHtml(view.title)}</h1>
${factList(
  [
    [words.issuer, view.issuer],
    [words.number, view.documentNumber],
    [words.published, writtenTime(view.publishedAt, language)],
    [words.valid, until],
    [words.priority, priorityNames[view.priority][language]],
    [words.revision, String(view.revision)],
  ],
  language,
)}
<article class="text" lang="vi" aria-label="${say(words.text)}">
${paragraphs.map(p => `<p>${escapeHtml(p)}</p>`).join('\n')}
</article>
${pictures === '' ? '' : `<section aria-labelledby="hinh"><h2 id="hinh">${say(words.pictures)}</h2>\n${pictures}\n</section>`}`
}

/** Facts that are there; the agency's own words are Vietnamese whatever the frame. */
function factList(facts: [Sentence, string][], language: PageLanguage): string {
  const own = new Set<Sentence>([words.issuer, words.number])
  const rows = facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const lang = own.has(name) ? ' lang="vi"' : ''
      return `<dt>${escapeHtml(name[language])}</dt><dd${lang}>${escapeHtml(value)}</dd>`
    })
  return rows.length === 0 ? '' : `<dl>\n${rows.join('\n')}\n</dl>`
}

function figure(media: BoardMedia, { fileUrl }: PageFrame): string {
  const size = `width="${media.width}" height="${media.height}"`
  const caption = escapeHtml(media.caption)
  const ending = media.mime === 'image/png' ? 'png' : 'jpg'
  const shown =
    media.kind === 'picture'
      ? `<img src="${escapeHtml(fileUrl(media.sha256, `hinh.${ending}`))}" ${size} alt="${caption}" loading="lazy">`
      : `<video src="${escapeHtml(fileUrl(media.sha256, 'video.mp4'))}" poster="${escapeHtml(fileUrl(media.poster.sha256, 'video.jpg'))}" ${size} controls preload="none" aria-label="${caption}"></video>`
  return `<figure lang="vi">${shown}<figcaption>${caption}</figcaption></figure>`
}

function languageSwitch({ language, languageLinks }: PageFrame): string {
  const one = (to: PageLanguage, name: string) =>
    to === language
      ? `<span lang="${to}" aria-current="true">${name}</span>`
      : `<a lang="${to}" hreflang="${to}" href="${escapeHtml(languageLinks[to])}">${name}</a>`
  return `<nav aria-label="${escapeHtml(words.languages[language])}">${one('vi', 'Tiếng Việt')} ${one('en', 'English')}</nav>`
}

function openGraph(view: PublicView, { address }: PageFrame): string {
  const description = 'body' in view ? view.body.replace(/\s+/g, ' ').trim().slice(0, 200) : words[view.kind].vi
  const tags = { title: view.title, description, type: 'article', url: address, locale: 'vi_VN' }
  return Object.entries(tags)
    .map(([name, value]) => `<meta property="og:${name}" content="${escapeHtml(value)}">\n`)
    .join('')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
