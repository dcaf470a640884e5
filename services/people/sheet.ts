/** One row of a table, whatever the file it came from. */
export interface SheetRow {
  /** As a spreadsheet numbers it: the headings are row 1; empty rows count. */
  row: number
  cells: string[]
  /**
   * Why the row could not be read: a quote that is never closed, or more text than a person has. Its cells are empty,
   * and reading went on with the line after.
   */
  broken?: 'quote' | 'too-long'
}

/** Rows in order, some hundreds at a time: handing over each alone costs more than reading it. */
export type SheetRows = AsyncGenerator<SheetRow[]>

/** True when a row holds something; empty rows are passed over but counted. */
export function hasContent(cells: string[]): boolean {
  return cells.some(cell => cell !== '' && cell.trim() !== '')
}
