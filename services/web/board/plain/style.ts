import { boardFontFiles } from '../assets.ts'
import { bandRoom, qrRoom, type Shape, shapeNames, shapes, sizes } from './sizes.ts'

/*
 * Style of the plain page, for sets that know little: absolute boxes, tables, vh and vw. What knows neither gets pixels. An
 * own file, not a part of the page, since browsers with the first version of content policies know no hash of a style.
 */

/** The whole typeface in one file per weight: no letter comes from another family. */
function fonts(): string {
  const weights = Object.keys(boardFontFiles()).map(name => [name, name.includes('bold') ? 700 : 500] as const)
  return weights
    .map(
      ([name, weight]) =>
        `@font-face{font-family:"Board";font-weight:${weight};src:url("/board-assets/${name}") format("truetype")}`
    )
    .join('\n')
}

const base = `
html,body{height:100%;margin:0;padding:0;overflow:hidden}
body{background:#fff;color:#101820;font-family:"Board",Arial,sans-serif;font-weight:500;font-size:32px;line-height:1.45}
h1,p,table{margin:0;padding:0}
h1{font-weight:700;line-height:1.35;color:#0b3d66;font-size:48px}
h1.running{color:#44525f}
p{font-size:40px}
table{width:100%;height:100%;border-collapse:collapse}
td{padding:0 .4em;vertical-align:middle;line-height:1.3}
.right{text-align:right;white-space:nowrap}
.bar,.foot,.band,.main{position:absolute;left:0;right:0;overflow:hidden}
.bar{top:0;background:#0b3d66;color:#fff;font-weight:700}
.foot{bottom:0;background:#e8eef4;color:#22303c}
.main{left:4.5%;right:4.5%}
.flag{background:#ffd43b;color:#101820;padding:.1em .5em;font-weight:700;white-space:nowrap}
.band{background:#9c0006;color:#fff;font-weight:700;padding:0 4.5%}
.qr{position:absolute;right:0;bottom:0;text-align:center}
.qr svg{display:block;background:#fff}
.picture{text-align:center}
.picture img{max-width:100%}
.priority .bar{background:#6b3600}
.priority h1{color:#6b3600}
.emergency,.emergency h1{background:#9c0006;color:#fff}
.emergency .bar,.emergency .foot{background:#5c0003;color:#fff}
.center{text-align:center;background:#0b3d66;color:#fff}
.center h1{color:#fff}
.center .main{top:0;bottom:0}
.code{font-weight:700;letter-spacing:.12em;line-height:1.2;font-size:120px;white-space:nowrap}
.clock{font-weight:700;line-height:1.1;font-size:160px}
.dim{background:#000;color:#8b949c}
.dim h1,.dim .bar,.dim .foot{background:#000;color:#8b949c}
.dim .qr,.dim .picture{opacity:.35}
.dark{background:#000;color:#000}
`

/** Lengths of one shape of screen. */
function lengths(shape: Shape): string {
  const { unit, below } = shapes[shape]
  // Names take two lines on the narrower ones.
  const narrow = shape !== 'w' && shape !== 'n'
  const tall = shape === 't'
  const u = (n: number) => `${Math.round(n * 100) / 100}${unit}`
  const bar = narrow ? 15 : 11
  const foot = narrow ? 16 : 10
  const band = bandRoom * 100
  const qr = qrRoom * 100
  return [
    `.bar{height:${u(bar)};font-size:${u(3.8)}}`,
    `.foot{height:${u(foot)};font-size:${u(3.5)}}`,
    `.bar td,.foot td{padding:0 ${u(3)}}`,
    `.main{top:${u(bar + 2.5)};bottom:${u(foot + 2)}}`,
    `.band{top:${u(bar)};height:${u(band)}}`,
    `.band p{font-size:${u(shape === 'w' ? 6 : 4.5)};line-height:1.35;padding-top:${u(1)}}`,
    `.banded .main{top:${u(bar + band + 2)}}`,
    `.qr{width:${u(qr - 6)};font-size:${u(3.5)};line-height:1.45}`,
    `.qr svg{width:${u(qr - 6)};height:${u(qr - 6)}}`,
    below ? `.beside{padding-bottom:${u(qr)}}` : `.beside{margin-right:${u(qr)}}`,
    `.main h1{padding-bottom:${u(2)}}`,
    `p+p{padding-top:${u(2)}}`,
    `.picture img{max-height:${u(tall ? 105 : 55)}}`,
    `.banded .picture img{max-height:${u(tall ? 85 : 38)}}`,
    `.picture p{font-size:${u(4.5)}}`,
    // Six of the widest letters (W) with their spaces are 7.5 em.
    `.center p.code{font-size:${u(narrow ? 12 : shape === 'n' ? 15 : 20)}}`,
    `.center p.clock{font-size:${u(narrow ? 24 : 26)}}`,
    `.center p{font-size:${u(shape === 'q' ? 4.5 : 5)}}`,
    `.center h1{font-size:${u(6)}}`,
    `.center p.small{font-size:${u(3.5)}}`,
    `.center .main{padding-top:${u(tall ? 20 : 3)}}`,
    ...sizes.map(s => `.${shape}h${Math.round(s * 10)},.${shape}t${Math.round(s * 10)}{font-size:${u(s)}}`),
  ].join('\n')
}

/** The style sheet. */
export function plainStyle(): string {
  const media = shapeNames.map(shape => `@media ${shapes[shape].media}{\n${lengths(shape)}\n}`)
  return [fonts(), base, ...media].join('\n')
}
