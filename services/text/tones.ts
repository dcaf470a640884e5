/**
 * A tone mark on the second vowel of an open `oa`, `oe` or `uy`, as the "new" school style puts it (Hoá, Thuỷ). `q` before
 * `uy` is excepted: there the u belongs to the consonant (Quý). In decomposed text.
 */
const newStyle = /(?:([oO])([aAeE])|(?<![qQ])([uU])([yY]))([\u0300\u0301\u0303\u0309\u0323])(?![\p{L}\p{M}])/gu

/**
 * A place name with its tone marks where the official list of administrative units puts them (Decision 19/2025/QĐ-TTg
 * writes Minh Hóa, Lệ Thủy), for data sets that rewrote all names to the other style.
 */
export function officialTones(name: string): string {
  return name
    .normalize('NFD')
    .replace(newStyle, (_, o = '', a = '', u = '', y = '', tone: string) => `${o}${u}${tone}${a}${y}`)
    .normalize('NFC')
}
