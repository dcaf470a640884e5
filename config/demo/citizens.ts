import { demoCommunes } from './areas-44.ts'
import { addressPart, repeatableRandom } from './random.ts'

/**
 * Invented citizens. Names are put together by lot from common name parts: any likeness to a living person is chance.
 *
 * Viet Nam reserves no telephone numbers for fiction. These use 0590, a part of the 059 block that is valid in form and not
 * known to be in use; what really keeps the demo from strangers is that a demo instance can only reach the simulator.
 * Mail addresses are below `.example`, which can never exist (RFC 2606).
 */
export interface DemoCitizen {
  fullName: string
  /** E.164; null for people who gave only an email address. */
  phone: string | null
  email: string | null
  areaCode: string
  tags: string[]
  /** Agreed to receive announcements. */
  consent: boolean
  /** Channels refused afterwards. */
  refuses: ('sms' | 'email')[]
}

const familyNames = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Võ', 'Phan', 'Trương', 'Bùi', 'Đặng', 'Đỗ', 'Ngô', 'Hồ']
const middleNames = {
  woman: ['Thị', 'Thị Thu', 'Thị Kim', 'Ngọc', 'Thị Mỹ', 'Diệu'],
  man: ['Văn', 'Hữu', 'Đức', 'Quang', 'Minh', 'Xuân', 'Thanh'],
}
const givenNames = {
  woman: ['Hoa', 'Lan', 'Hương', 'Thảo', 'Nga', 'Hạnh', 'Thủy', 'Yến', 'Phượng', 'Nhung', 'Quỳnh', 'Trang'],
  man: ['An', 'Bình', 'Cường', 'Dũng', 'Hải', 'Khánh', 'Long', 'Nghĩa', 'Phúc', 'Sơn', 'Tuấn', 'Vinh'],
}

/** Shares are chosen so that every exclusion of the freeze shows up in a table of some thousand people. */
const shares = {
  phoneOnly: 0.2,
  emailOnly: 0.08,
  noConsent: 0.05,
  refusesSms: 0.03,
  refusesEmail: 0.03,
}
const tagShares: [tag: string, share: number][] = [
  ['nông dân', 0.35],
  ['hộ kinh doanh', 0.15],
  ['cán bộ', 0.08],
  ['thanh niên', 0.2],
]

const perCommune = 26
/** Cồn Cỏ is an island with a few hundred inhabitants. */
const onTheIsland = 8

/** About 2,000 citizens, some in every commune; the same ones at every call. */
export function demoCitizens(): DemoCitizen[] {
  const random = repeatableRandom(44)
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
  const citizens: DemoCitizen[] = []
  for (const commune of demoCommunes) {
    const people = commune.name.startsWith('Đặc khu') ? onTheIsland : perCommune
    for (let i = 0; i < people; i++) {
      const number = String(citizens.length + 1).padStart(4, '0')
      const gender = random() < 0.5 ? 'woman' : 'man'
      const family = pick(familyNames)
      const given = pick(givenNames[gender])
      const reach = random()
      const phone = `+84590${String(100_000 + citizens.length * 37).slice(-6)}`
      const email = `${addressPart(given)}.${addressPart(family)}${number}@congdan.example`
      const hasPhone = reach >= shares.emailOnly
      const hasEmail = reach < 1 - shares.phoneOnly
      const refuses: DemoCitizen['refuses'] = []
      if (random() < shares.refusesSms && hasPhone) refuses.push('sms')
      if (random() < shares.refusesEmail && hasEmail) refuses.push('email')
      const tags = tagShares.filter(([, share]) => random() < share).map(([tag]) => tag)
      if (gender === 'woman') tags.push('phụ nữ')
      citizens.push({
        fullName: `${family} ${pick(middleNames[gender])} ${given}`,
        phone: hasPhone ? phone : null,
        email: hasEmail ? email : null,
        areaCode: commune.code,
        tags,
        consent: random() >= shares.noConsent,
        refuses,
      })
    }
  }
  return citizens
}
