import { table } from '../show/table.ts'
import { differences } from './house-style.ts'
import type { ReadingScore, Tally } from './score.ts'

const percent = ({ cases, right }: Tally) => `${cases === 0 ? 0 : Math.floor((right / cases) * 1000) / 10} %`

/** The score for a person: a row per category, the differences of style that were met, and every failing case. */
export function showScore(score: ReadingScore): string {
  const row = (name: string, tally: Tally) => [name, tally.cases, tally.right, tally.intended, percent(tally)]
  const rows = Object.entries(score.categories).map(([name, tally]) => row(name, tally))
  const sections = [
    table(['Loại', 'Số ca', 'Đúng', 'Khác có chủ ý', 'Tỷ lệ'], [...rows, row('Tổng', score)]),
    ...differences
      .filter(({ name }) => score.differences[name] !== undefined)
      .map(({ name, because }) => `${name}: ${score.differences[name]} (${because})`),
    ...score.failures.map(
      ({ category, written, expected, got }) => `✗ [${category}] ${written}\n    cần: ${expected}\n    đọc: ${got}`,
    ),
  ]
  return `${sections.join('\n')}\n`
}
