/** What the tests use of it; its own types bring those of a browser into the whole program. */
declare module 'opentype.js' {
  interface Font {
    charToGlyphIndex(character: string): number
    charToGlyph(character: string): { path: { toPathData(decimals: number): string } }
  }
  const opentype: { parse(bytes: ArrayBufferLike): Font }
  export default opentype
}
