import type { PaperSize } from '../../domain/paper.ts'
import { escapeHtml } from '../../text/html.ts'

/** Millimetres of a sheet in portrait. */
export const sheetMm: Record<PaperSize, { width: number; height: number }> = {
  A4: { width: 210, height: 297 },
  A3: { width: 297, height: 420 },
}

/** How much larger everything on a sheet is than on A4: the side of an A3 is √2 of it. */
export function sheetScale(size: PaperSize): number {
  return size === 'A3' ? Math.SQRT2 : 1
}

/** Lengths of a stylesheet that grow with the sheet. */
export function lengths(size: PaperSize): { pt: (n: number) => string; mm: (n: number) => string } {
  const k = sheetScale(size)
  return { pt: n => `${round(n * k)}pt`, mm: n => `${round(n * k)}mm` }
}

const round = (n: number) => Math.round(n * 100) / 100

/** A text as a string of CSS, for the margins of pages. */
export function cssString(text: string): string {
  return `"${text.replaceAll(/[\\"\n<>]/g, c => `\\${c.codePointAt(0)?.toString(16)} `)}"`
}

/**
 * The typefaces by name. `local()` takes only a font of exactly that name, so that a system which gives out another one as
 * "Times New Roman" (Android does) gets ours, which has the same widths: the lines break alike everywhere.
 */
export function faces(build: string): string {
  const face = (family: string, weight: number, style: string, file: string, local: string[]) =>
    `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};src:${[
      ...local.map(name => `local("${name}")`),
      `url("/print-assets/${file}?${build}") format("truetype")`,
    ].join(',')}}`
  return [
    face('Official', 400, 'normal', 'tinos-regular.ttf', ['Times New Roman', 'TimesNewRomanPSMT']),
    face('Official', 400, 'italic', 'tinos-italic.ttf', ['Times New Roman Italic', 'TimesNewRomanPS-ItalicMT']),
    face('Official', 700, 'normal', 'tinos-bold.ttf', ['Times New Roman Bold', 'TimesNewRomanPS-BoldMT']),
    face('Official', 700, 'italic', 'tinos-bold-italic.ttf', [
      'Times New Roman Bold Italic',
      'TimesNewRomanPS-BoldItalicMT',
    ]),
    face('Large', 400, 'normal', 'large-regular.ttf', []),
    face('Large', 700, 'normal', 'large-bold.ttf', []),
  ].join('\n')
}

export interface PrintPage {
  title: string
  /** Of the assets, so that a new one is fetched. */
  build: string
  /** Beside the common parts. */
  style: string
  /** Links to the other forms, shown on screen only. */
  links: { label: string; href: string; current: boolean }[]
  body: string
  /** Said on screen above the sheet, e.g. that it must not be posted. */
  note: string
}

const screenStyle = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;color:#000;background:#fff}
.tools{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;background:#1b2733;color:#fff;padding:10px 16px;display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center}
.tools a{color:#fff;padding:6px 2px}
.tools a[aria-current]{font-weight:700;text-decoration:none;border-bottom:3px solid #f2b544}
.tools button{font:inherit;font-weight:700;min-height:44px;padding:6px 20px;border:0;border-radius:6px;background:#f2b544;color:#1b2733}
.tools button[hidden]{display:none}
.tools p{margin:0;flex-basis:100%}
img.qr{display:block}
.nb{white-space:nowrap}
@media screen{
body{background:#dfe4e9}
main{background:#fff;box-shadow:0 1px 8px #0004;margin:16px auto}
}
@media print{.tools{display:none}}
`

/** A page that prints well from any browser and needs no script for it; the button has a small one. */
export function printPage(page: PrintPage): string {
  const links = page.links
    .map(
      link =>
        `<a href="${escapeHtml(link.href)}"${link.current ? ' aria-current="page"' : ''}>${escapeHtml(link.label)}</a>`,
    )
    .join('\n')
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(page.title)}</title>
<style>
${faces(page.build)}
${screenStyle}
${page.style}
</style>
</head>
<body>
<nav class="tools" aria-label="In thông báo">
<button id="print" type="button" hidden>In</button>
${links}
${page.note === '' ? '' : `<p>${escapeHtml(page.note)}</p>`}
</nav>
${page.body}
<script src="/print-assets/print.js?${page.build}"></script>
</body>
</html>
`
}
