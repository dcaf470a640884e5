/** One line of text on a page: its size and place in points. */
export interface PdfLine {
  text: string
  size: number
  x?: number
  y: number
}

/**
 * A PDF by hand: pages of Helvetica, with a correct cross-reference table. Letters are ASCII.
 * @param options.locked says that it is encrypted, with a check value that no empty password meets
 */
export function pdf(
  pages: PdfLine[][],
  options: { width?: number; height?: number; rotate?: number; locked?: boolean } = {},
): Buffer {
  const { width = 595, height = 842, rotate = 0 } = options
  const objects: string[] = []
  const add = (body: string) => objects.push(body)
  add('<< /Type /Catalog /Pages 2 0 R >>')
  const first = 4
  const kids = pages.map((_, i) => `${first + i * 2} 0 R`).join(' ')
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`)
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  pages.forEach((lines, i) => {
    const drawn = lines.map(l => `BT /F1 ${l.size} Tf ${l.x ?? 40} ${l.y} Td (${l.text}) Tj ET`).join('\n')
    const content = first + i * 2 + 1
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Rotate ${rotate} /Contents ${content} 0 R ` +
        '/Resources << /Font << /F1 3 0 R >> >> >>',
    )
    add(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`)
  })
  const check = '41'.repeat(32)
  if (options.locked) add(`<< /Filter /Standard /V 1 /R 2 /O <${check}> /U <${check}> /P -4 >>`)
  let file = '%PDF-1.4\n'
  const offsets = objects.map((body, i) => {
    const at = file.length
    file += `${i + 1} 0 obj\n${body}\nendobj\n`
    return at
  })
  const table = file.length
  const rows = offsets.map(at => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const lock = options.locked ? ` /Encrypt ${objects.length} 0 R /ID [<${check}> <${check}>]` : ''
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${lock} >>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
