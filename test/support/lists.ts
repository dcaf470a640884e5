import { Buffer } from 'node:buffer'
import type { Actor } from '../../services/domain/accounts.ts'

/** Whoever keeps the lists and accounts. */
export const admin: Actor = { id: 'admin-1', name: 'Quản trị thử', role: 'admin', areas: [] }

/** A file as it arrives: in pieces. */
export async function* inPieces(text: string | Buffer, size = 1_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A country of this many provinces and communes, in the shape of the public data sets of Viet Nam's units. */
export function countryJson(provinces: number, communes: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return JSON.stringify(
    Array.from({ length: provinces }, (_, p) => ({
      Code: two(p + 10),
      FullName: `Tỉnh Số ${p + 10}`,
      Wards: Array.from({ length: communes }, (_, c) => ({
        Code: `${two(p + 10)}${String(c).padStart(3, '0')}`,
        FullName: `${c % 5 === 0 ? 'Phường' : 'Xã'} Hoà ${c} của ${p}`,
        ProvinceCode: two(p + 10),
      })),
    })),
  )
}
