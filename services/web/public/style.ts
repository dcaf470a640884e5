import { createHash } from 'node:crypto'

/** No script, no web font: the page must open on an old phone with a weak signal. Sizes grow with the reader's own setting. */
export const style = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#fff;color:#1a1d21;font:1.1875rem/1.65 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:break-word}
a{color:#0b4f9e}
a:focus-visible{outline:3px solid #0b4f9e;outline-offset:2px}
.skip{position:absolute;left:-999rem;top:0;background:#fff;padding:.6rem 1rem;z-index:1}
.skip:focus{left:0}
.wide{max-width:46rem;margin:0 auto;padding:0 1.25rem}
header{background:#8f1a1d;color:#fff}
header .wide{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.25rem 1.5rem;padding-top:.6rem;padding-bottom:.6rem}
header p{margin:0;font-weight:600}
nav{margin:0 -.5rem}
nav a,nav span{display:inline-block;padding:.6rem .5rem;color:#fff}
nav [aria-current]{font-weight:700;text-decoration:none}
header a:focus-visible{outline-color:#fff}
.demo{margin:0;background:#fff4d6;color:#5c4000;text-align:center;padding:.5rem 1.25rem;font-size:1rem}
main.wide{padding-top:1.5rem;padding-bottom:2rem}
h1{font-size:1.75rem;line-height:1.35;margin:.5rem 0 1rem}
h2{font-size:1.25rem;line-height:1.4;margin:2rem 0 .5rem}
.mark{display:inline-block;margin:0;padding:.15rem .75rem;border:2px solid;border-radius:4px;font-weight:700;font-size:1rem}
.emergency{background:#8f1a1d;border-color:#8f1a1d;color:#fff}
.priority{color:#7a3d00}
.notice{margin:0 0 1.25rem;padding:.9rem 1.1rem;border-left:6px solid #8a5a00;background:#fff4d6;color:#3f2d00}
.notice p{margin:.25rem 0 0}
.notice.strong{border-color:#8f1a1d;background:#fdecec;color:#4a0d0f}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.25rem;margin:0 0 1.5rem;padding:.9rem 0;border-top:1px solid #c9ced4;border-bottom:1px solid #c9ced4}
dt{color:#4a525b}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.text p{margin:0 0 1rem}
figure{margin:0 0 1.5rem}
img,video{display:block;max-width:100%;height:auto;border:1px solid #c9ced4;background:#f1f3f5}
figcaption{margin-top:.4rem;color:#3c444c;font-size:1.0625rem}
footer{border-top:1px solid #c9ced4;color:#4a525b;font-size:1rem}
footer p{margin:.75rem 0}
@media (max-width:30rem){
body{font-size:1.125rem}
h1{font-size:1.4375rem}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}
}
@media print{
@page{size:A4;margin:20mm}
body{font-size:13pt;line-height:1.5}
.skip,nav,video{display:none}
header{background:none;color:#000;border-bottom:1pt solid #000}
.wide{max-width:none;padding:0}
.emergency{background:none;color:#000;border-color:#000}
figure,dl{break-inside:avoid}
img{max-height:120mm;width:auto}
}
`

/** Names the style in the page's policy, so that no other style can come in. */
export const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
