/**
 * Arrays as PostgreSQL reads them from text. The client library writes them element by element with regular
 * expressions; at the pace of a drain that is a noticeable part of a worker's time.
 */

/** Numbers, or ids that are digits. */
export function numberArray(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`
}

const special = /["\\]/
const specials = /["\\]/g

/** Texts; null stays null. */
export function textArray(values: readonly (string | null)[]): string {
  let list = ''
  for (const value of values) {
    if (list !== '') list += ','
    if (value === null) list += 'null'
    else list += special.test(value) ? `"${value.replace(specials, '\\$&')}"` : `"${value}"`
  }
  return `{${list}}`
}
