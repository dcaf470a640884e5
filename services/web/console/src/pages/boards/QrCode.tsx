import { useMemo } from 'react'
import { qrOf } from '../../../../../text/qr.ts'
import css from './boards.module.css'

/** Quiet zone that the standard asks for, in modules. */
const quiet = 4

/** A QR code, dark on white whatever the colours of the screen, so that phones read it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => qrOf(text), [text])
  const side = size + 2 * quiet
  return (
    <svg
      className={css.qr}
      viewBox={`${-quiet} ${-quiet} ${side} ${side}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect x={-quiet} y={-quiet} width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
