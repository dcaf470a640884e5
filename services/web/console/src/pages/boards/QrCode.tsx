import qrcode from 'qrcode-generator'
import { useMemo } from 'react'
import css from './boards.module.css'

/** Quiet zone that the standard asks for, in modules. */
const quiet = 4

/** A QR code drawn as squares of one path; dark on white whatever the colours of the screen, so that phones read it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = qrcode(0, 'M')
    code.addData(text)
    code.make()
    const count = code.getModuleCount()
    const squares: string[] = []
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < count; column++) {
        if (code.isDark(row, column)) squares.push(`M${column + quiet} ${row + quiet}h1v1h-1z`)
      }
    }
    return { size: count + 2 * quiet, path: squares.join('') }
  }, [text])
  return (
    <svg className={css.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
