/**
 * A CSV that spreadsheet programs open without running anything and with every Vietnamese letter: UTF-8 with a byte
 * order mark, CRLF, every field quoted. A field that starts with `= + - @`, tab or carriage return would be taken for
 * a formula (OWASP, CSV injection), so it gets an apostrophe in front.
 */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${rows.map(row => row.map(field).join(',')).join('\r\n')}\r\n`
}

function field(value: string | number): string {
  // Only text can be a formula: a negative number must stay a number.
  const text = typeof value === 'number' ? String(value) : value.replace(/^(?=[\s]*[=+\-@\t\r＝＋－＠])/, "'")
  return `"${text.replaceAll('"', '""')}"`
}
