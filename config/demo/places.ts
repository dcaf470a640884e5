import { demoCommunes } from './areas-44.ts'
import { addressPart } from './random.ts'

export interface DemoStation {
  areaCode: string
  name: string
  operatorEmail: string
}

export interface DemoBoard {
  areaCode: string
  name: string
}

/** 'Xã Lệ Thủy' -> 'xã Lệ Thủy', for use in the middle of a name. */
function inSentence(communeName: string): string {
  return communeName.charAt(0).toLowerCase() + communeName.slice(1)
}

/** One commune radio station per commune. The operators' addresses are below `.example` and cannot exist (RFC 2606). */
export function demoStations(): DemoStation[] {
  return demoCommunes.map(({ code, name }) => ({
    areaCode: code,
    name: `Đài truyền thanh ${inSentence(name)}`,
    operatorEmail: `${addressPart(name)}@truyenthanh.example`,
  }))
}

/** Two electronic public boards per commune: where people wait, and where they meet. */
export function demoBoards(): DemoBoard[] {
  return demoCommunes.flatMap(({ code, name }) => [
    { areaCode: code, name: `Bảng tin điện tử – Trung tâm Phục vụ hành chính công ${inSentence(name)}` },
    { areaCode: code, name: `Bảng tin điện tử – Nhà văn hóa ${inSentence(name)}` },
  ])
}
