import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { demoAnnouncement } from '../../../config/demo/announcement.ts'
import { demoCommunes, demoProvince } from '../../../config/demo/areas-44.ts'
import { demoCitizens } from '../../../config/demo/citizens.ts'
import { demoBoards, demoStations } from '../../../config/demo/places.ts'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'
import { readEmail } from '../../../services/people/email.ts'
import { readPhone } from '../../../services/people/phone.ts'
import { foldTonePlacement } from '../../../services/text/fold.ts'

const officialList = new URL('../../../../shared/data/areas/communes-2026-07-25.vn.json', import.meta.url)
const seedPage = new URL('../../../../shared/seed/so-tttt-quang-tri-1216.txt', import.meta.url)

describe('the table of Quảng Trị', () => {
  test('78 units: 69 xã, 8 phường, 1 đặc khu, each once', () => {
    const kinds = ['Xã', 'Phường', 'Đặc khu'].map(k => demoCommunes.filter(c => c.name.startsWith(`${k} `)).length)
    expect(kinds).toEqual([69, 8, 1])
    expect(new Set(demoCommunes.map(c => c.code)).size).toBe(78)
    expect(new Set(demoCommunes.map(c => c.name)).size).toBe(78)
    for (const { code, name } of demoCommunes) {
      expect(code).toMatch(/^\d{5}$/)
      expect(name).toBe(name.normalize('NFC'))
    }
  })

  test('names are spelt as the official list spells them', () => {
    const names = demoCommunes.map(c => c.name).join('\n')
    expect(names).toMatch(/Xã Minh Hóa\n/)
    expect(names).toMatch(/Xã Lệ Thủy\n/)
    expect(names).toMatch(/Xã Hòa Trạch\n/)
    expect(names).not.toMatch(/(oá|oà|uỷ)$/m)
    expect(demoCommunes.find(c => c.code === '19742')?.name).toBe('Đặc khu Cồn Cỏ')
  })

  const listed = existsSync(officialList) ? test : test.skip
  listed('agrees with the published list of units (needs ../shared)', () => {
    type Unit = { Code: string; FullName: string }
    const provinces = JSON.parse(readFileSync(officialList, 'utf8')) as (Unit & { Wards: Unit[] })[]
    const province = provinces.find(p => p.Code === demoProvince.code)
    const theirs = Object.fromEntries(province?.Wards.map(w => [w.Code, foldTonePlacement(w.FullName)]) ?? [])
    const ours = Object.fromEntries(demoCommunes.map(c => [c.code, foldTonePlacement(c.name)]))
    expect(ours).toEqual(theirs)
  })
})

describe('invented people and places', () => {
  const citizens = demoCitizens()

  test('about 2,000, the same at every call, some in every commune', () => {
    expect(citizens.length).toBeGreaterThan(1_900)
    expect(citizens.length).toBeLessThan(2_100)
    expect(demoCitizens()).toEqual(citizens)
    expect(new Set(citizens.map(c => c.areaCode)).size).toBe(demoCommunes.length)
  })

  test('addresses pass our own checks, are unique, and can belong to nobody', () => {
    const phones = citizens.flatMap(c => c.phone ?? [])
    const emails = citizens.flatMap(c => c.email ?? [])
    expect(new Set(phones).size).toBe(phones.length)
    expect(new Set(emails).size).toBe(emails.length)
    for (const phone of phones) {
      expect(readPhone(phone)).toEqual({ ok: true, phone, converted: false })
      expect(phone).toMatch(/^\+84590\d{6}$/)
    }
    for (const email of [...emails, ...demoStations().map(s => s.operatorEmail)]) {
      expect(readEmail(email)).toEqual({ ok: true, email })
      expect(email).toMatch(/\.example$/)
    }
    expect(citizens.every(c => c.phone !== null || c.email !== null)).toBe(true)
  })

  test('every exclusion of the freeze has somebody to show', () => {
    const some = (of: (c: (typeof citizens)[number]) => boolean) => citizens.filter(of).length
    expect(some(c => c.phone === null)).toBeGreaterThan(50)
    expect(some(c => c.email === null)).toBeGreaterThan(50)
    expect(some(c => !c.consent)).toBeGreaterThan(50)
    expect(some(c => c.refuses.includes('sms') && c.consent)).toBeGreaterThan(20)
    expect(some(c => c.refuses.includes('email') && c.consent)).toBeGreaterThan(20)
    expect(new Set(citizens.flatMap(c => c.tags)).size).toBe(5)
  })

  test('one station and two boards per commune, each with a name and address of its own', () => {
    expect(demoStations().map(s => s.areaCode)).toEqual(demoCommunes.map(c => c.code))
    expect(new Set(demoStations().map(s => s.operatorEmail)).size).toBe(78)
    expect(new Set(demoBoards().map(b => b.name)).size).toBe(156)
    expect(demoStations()[3]?.name).toBe('Đài truyền thanh xã Minh Hóa')
  })
})

describe('the demo announcement', () => {
  const content = announcementContentSchema.parse(demoAnnouncement)

  test('is complete, in NFC, of a length that fits its channels', () => {
    const texts = [
      content.title,
      content.body,
      content.issuer,
      ...Object.values(content.variants).map(v => (v && 'text' in v ? (v.text ?? '') : '')),
    ]
    for (const text of texts) expect(text).toBe(text.normalize('NFC'))
    const words = content.body.split(/\s+/).length
    expect(words).toBeGreaterThanOrEqual(250)
    expect(words).toBeLessThanOrEqual(400)
    // Three UCS-2 parts hold 201 characters; some are left for a demo mark.
    expect(content.variants.sms?.text?.length).toBeLessThanOrEqual(180)
    expect(content.variants.board?.text?.length).toBeLessThanOrEqual(320)
    expect(content.channels).toEqual(['loudspeaker', 'board', 'sms', 'email'])
    expect(content.audience.areas).toEqual(['44'])
  })

  test('states the facts of the decision', () => {
    for (const text of [
      content.body,
      content.variants.speech?.text,
      content.variants.board?.text,
      content.variants.sms?.text,
    ]) {
      expect(text).toContain('1216/QĐ-BTTTT')
      expect(text).toContain('13/8/2021')
      expect(text).toMatch(/2030/)
    }
  })

  const seeded = existsSync(seedPage) ? test : test.skip
  seeded('is in our own words: no run of 14 words of the seed page (needs ../shared)', () => {
    const wordsOf = (text: string) =>
      text
        .normalize('NFC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    const seed = ` ${wordsOf(readFileSync(seedPage, 'utf8')).join(' ')} `
    for (const text of [
      content.body,
      ...Object.values(content.variants).map(v => (v && 'text' in v ? (v.text ?? '') : '')),
    ]) {
      const words = wordsOf(text)
      for (let i = 0; i + 14 <= words.length; i++) expect(seed).not.toContain(` ${words.slice(i, i + 14).join(' ')} `)
    }
  })
})
