import { type BoardsEvidence, marksOf, secondsOf, shelfAt, touches } from './evidence.ts'
import { blankSpread, leastInk } from './look.ts'
import type { Sight } from './set.ts'
import { isDarkNight } from './showing.ts'

/** From power or a reload to the first content: what a person would call at once. */
const startMs = 6_000
/** From an answer that names an item to its being shown. */
const toldMs = 3_000
/** What a screen that is off looks like. */
const darkBrightness = 8
const setUpWords = /ghép nối|mã hiện|ERR_|Wi-Fi|This site|can.t be reached|Error|lỗi|\{/i

/**
 * Never a blank, an error or a set-up page over good content: by the text of the page, looked at each second, and by pictures
 * of the screen.
 * @returns what was wrong, in words
 */
export function framesAtFault(evidence: BoardsEvidence): string[] {
  const { sights, looks, blind, starts, shelves } = evidence
  const firstContact = shelves[0]?.at ?? Number.POSITIVE_INFINITY
  const failures: string[] = blind.map(({ at, why }) => `nothing to look at, ${iso(at)}: ${why}`)
  const isStarting = (at: number) => starts.some(start => at >= start && at <= start + startMs)
  for (const sight of sights) {
    if (marksOf(sight).length > 0 || sight.to <= firstContact + startMs) continue
    const shelf = shelfAt(shelves, sight.from)
    const text = sight.words.slice(0, 80)
    if (setUpWords.test(sight.words)) failures.push(`an error or set-up page, ${iso(sight.from)}: ${text}`)
    else if ((!sight.clock || sight.words === '') && !isDarkNight(shelf, sight.from)) {
      // A sight that reaches past the start is one second too long at the most.
      if (!isStarting(sight.to)) failures.push(`blank for ${secondsOf(sight)} s from ${iso(sight.from)}: "${text}"`)
    } else {
      const waiting = itemsLeftOut(evidence, sight)
      if (waiting.length > 0 && !isStarting(sight.to))
        failures.push(
          `nothing was shown for ${secondsOf(sight)} s from ${iso(sight.from)} though there was ${waiting.join(', ')}`,
        )
    }
  }
  for (const look of looks) {
    if (look.at <= firstContact + startMs || isStarting(look.at)) continue
    const mayBeDark = isDarkNight(shelfAt(shelves, look.at), look.at)
    if (mayBeDark && look.brightness <= darkBrightness) continue
    if (look.spread < blankSpread) failures.push(`a blank picture, ${iso(look.at)}: spread ${look.spread}`)
    if (mayBeDark) continue
    for (const { mark, ink } of look.texts) {
      if (ink < leastInk) failures.push(`the text of ${mark} is not drawn, ${iso(look.at)}: ink ${ink}`)
    }
  }
  return failures
}

/** Items that the board knew of all the while in which it showed none. */
function itemsLeftOut({ shelves, items, clockless, forgetful }: BoardsEvidence, { from, to }: Sight): string[] {
  if (touches([...clockless, ...forgetful], from, to)) return []
  const before = new Set(shelfAt(shelves, from - toldMs)?.items)
  const after = shelfAt(shelves, to)?.items ?? []
  const lasts = new Set(items.filter(item => item.expiresAt > to).map(item => item.mark))
  return after.filter(mark => before.has(mark) && lasts.has(mark))
}

const iso = (ms: number) => new Date(ms).toISOString()
