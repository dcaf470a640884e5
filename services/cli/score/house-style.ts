import { spellDecimals, spellDigits } from '../../text/speech/numbers.ts'
import { profiles } from '../../text/speech/types.ts'

/** A way in which the other house's reading differs from ours on purpose, as a rule on our words. */
export interface Difference {
  name: string
  /** Why ours stays as it is. */
  because: string
  /** Our reading said their way; the same text when the rule has nothing to do. */
  theirs(ours: string, written: string): string
}

/**
 * NeMo-text-processing's Vietnamese style against ours. Every rule is about a way of speaking; none names a case.
 */
export const differences: readonly Difference[] = [
  {
    name: 'zero hundreds',
    because: 'a later group is said in full: 2024 is hai nghìn không trăm hai mươi tư',
    theirs: ours =>
      ours.replace(/không trăm linh (\p{L}+ (?:nghìn|triệu|tỷ)(?!\p{L}))/gu, '$1').replaceAll('không trăm ', ''),
  },
  {
    name: 'decimals digit by digit',
    because: 'up to three decimals are said as a number: 94,45 is chín mươi tư phẩy bốn mươi lăm',
    theirs: (ours, written) =>
      [...written.matchAll(/,(\d{2,3})(?!\d)/g)].reduce(
        (text, [, digits = '']) =>
          text.replace(`phẩy ${spellDecimals(digits, profiles.north)}`, `phẩy ${spellDigits(digits)}`),
        ours,
      ),
  },
  {
    name: 'letters of degrees',
    because: 'a voice does not know the letter c, so its name is written: độ xê',
    theirs: ours => ours.replaceAll('độ xê', 'độ c').replaceAll('độ ép', 'độ f').replaceAll('độ ca', 'độ k'),
  },
  {
    name: 'small letter of a country',
    because: 'Anh is the name of a country: bảng Anh',
    theirs: ours => ours.replaceAll('bảng Anh', 'bảng anh'),
  },
  {
    name: 'x between measures',
    because: 'the sign of multiplication is said: năm mét nhân bảy mét',
    theirs: ours => ours.replaceAll(' nhân ', ' x '),
  },
  {
    name: 'thứ một, thứ bốn',
    because: 'ordinals are thứ nhất and thứ tư',
    theirs: ours => ours.replaceAll('thứ nhất', 'thứ một').replaceAll('thứ tư', 'thứ bốn'),
  },
  {
    name: 'one letter after a keyword',
    because: 'a single C, D or M behind chương, mục, phần names an item; it is no 100, 500 or 1,000',
    theirs: (ours, written) =>
      [...written.matchAll(/(?<!\p{L})[cdm](?!\p{L})/giu)].reduce(
        (text, [letter]) =>
          text.replace(
            new RegExp(` ${{ c: 'xê', d: 'dê', m: 'em-mờ' }[letter.toLowerCase()]}(?!\\p{L})`, 'u'),
            ` ${{ c: 'một trăm', d: 'năm trăm', m: 'một nghìn' }[letter.toLowerCase()]}`,
          ),
        ours,
      ),
  },
]

/**
 * Which of the differences turn our reading into theirs.
 * @returns their names, or undefined when no set of them does
 */
export function differencesBetween(ours: string, accepted: string[], written: string): string[] | undefined {
  let reached = new Map<string, string[]>([[ours, []]])
  for (const difference of differences) {
    const next = new Map(reached)
    for (const [text, names] of reached) {
      const changed = difference.theirs(text, written)
      if (!next.has(changed)) next.set(changed, [...names, difference.name])
    }
    reached = next
  }
  for (const wanted of accepted) {
    const names = reached.get(wanted)
    if (names !== undefined) return names
  }
  return undefined
}
