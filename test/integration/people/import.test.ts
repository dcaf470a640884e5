import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type CitizenImportOptions,
  type ImportProgress,
  importCitizens,
  rejectedRowsKept,
} from '../../../services/people/import.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { until } from '../../support/wait.ts'
import { workbook } from '../../support/xlsx.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await database.db.query(
    `insert into areas (code, kind, name, parent_code, valid_to) values
       ('44', 'province', 'Tỉnh Quảng Trị', null, null),
       ('19249', 'commune', 'Xã Lệ Thủy', '44', null),
       ('19333', 'commune', 'Phường Đông Hà', '44', null),
       ('19999', 'commune', 'Xã Đã Sáp Nhập', '44', '2025-07-01'),
       ('19998', 'commune', 'Xã Có Nơi Đến', '44', '2025-07-01')`,
  )
  await database.db.query(`update areas set aliases = '{Xã Có Nơi Đến}' where code = '19333'`)
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.db.query('truncate citizens, opt_outs restart identity cascade')
})

const now = new Date('2026-11-23T02:00:00Z')
const headings = 'Họ tên;Số điện thoại;Email;Xã;Nhãn;Đồng ý'

function load(text: string | Buffer, options: Partial<CitizenImportOptions> = {}) {
  return importCitizens(database.db, Readable.from([Buffer.from(text)]), { now: () => now, ...options })
}
const loadRows = (rows: string[], options: Partial<CitizenImportOptions> = {}) =>
  load([headings, ...rows].join('\n'), options)

async function people() {
  const { rows } = await database.db.query(
    `select full_name as name, phone, email, area_code as area, tags,
       (select withdrawn_at is null from consents k where k.citizen_id = c.id and purpose = 'announcements') as agrees
     from citizens c order by id`,
  )
  return rows
}

describe('a first import', () => {
  test('people with their addresses, communes, tags and consents', async () => {
    const report = await loadRows([
      'Đỗ Thị Thủy;0912345678;Thuy@Thu.example;Lệ Thuỷ;nông dân, phụ nữ;có',
      'Hồ Văn An;;an@thu.example;19333;;',
      'Lê Bình;84987654321;;Phường Đông Hà;"hộ kinh doanh";không',
    ])
    expect(report).toEqual({
      dryRun: false,
      rows: 3,
      added: 3,
      updated: 0,
      merged: 0,
      keptWithdrawn: 0,
      rejectedCount: 0,
      rejected: [],
      ignoredColumns: [],
    })
    expect(await people()).toEqual([
      {
        name: 'Đỗ Thị Thủy',
        phone: '+84912345678',
        email: 'thuy@thu.example',
        area: '19249',
        tags: ['nông dân', 'phụ nữ'],
        agrees: true,
      },
      { name: 'Hồ Văn An', phone: null, email: 'an@thu.example', area: '19333', tags: [], agrees: null },
      { name: 'Lê Bình', phone: '+84987654321', email: null, area: '19333', tags: ['hộ kinh doanh'], agrees: null },
    ])
    const { rows } = await database.db.query('select source, given_at from consents')
    expect(rows).toEqual([{ source: 'import: consent column', given_at: now }])
  })

  test('rejected rows are named by their row in the spreadsheet, and the others come in', async () => {
    const report = await loadRows([
      'A;0912345678;;19249;;có',
      'B;0233 3575155;;19249;;có',
      '',
      'C;0912345679;;Xã Không Có;;có',
      'D;0912345680;;19999;;có',
      'E;01201234567;;19249;;có',
    ])
    expect(report).toMatchObject({ rows: 5, added: 1, rejectedCount: 4 })
    expect(report.rejected.map(r => [r.row, r.reason.vi])).toEqual([
      [3, expect.stringContaining('cố định')],
      [5, expect.stringContaining('Xã Không Có')],
      [6, expect.stringContaining('sáp nhập')],
      [7, expect.stringContaining('2018')],
    ])
    expect(await loadRows(['E;01201234567;;19249;;có'], { convertOldNumbers: true })).toMatchObject({ added: 1 })
    expect((await people()).at(-1)).toMatchObject({ phone: '+84701234567' })
  })

  test('only the first thousand rejections are kept, all are counted', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) =>
      i % 2 ? `A;0912${String(i).padStart(6, '0')};;19249;;có` : 'B;1;;19249;;có',
    )
    const report = await loadRows(rows)
    expect(report).toMatchObject({ rows: 5_000, added: 2_500, rejectedCount: 2_500 })
    expect(report.rejected).toHaveLength(rejectedRowsKept)
    expect(report.rejected[0]?.row).toBe(2)
  })

  test('progress is told as the file is read', async () => {
    const seen: ImportProgress[] = []
    const lines = Array.from({ length: 4_500 }, (_, i) =>
      i === 100 ? 'B;1;;19249;;có\n' : `A;0912${String(i).padStart(6, '0')};;19249;;có\n`,
    )
    const text = [`${headings}\n`, ...lines].join('')
    let taken = 0
    const source = Readable.from([Buffer.from(text.slice(0, 50_000)), Buffer.from(text.slice(50_000))])
    await importCitizens(database.db, source, {
      now: () => now,
      onProgress: progress => seen.push({ ...progress }),
      onTaken: () => {
        taken = seen.length
      },
    })
    const bytes = Buffer.byteLength(text)
    expect(seen[0]).toMatchObject({ phase: 'reading', rejected: 1 })
    expect(seen[0]?.rows).toBeGreaterThan(500)
    expect(seen.at(-1)).toMatchObject({ phase: 'merging', rows: 4_500, rejected: 1, bytes })
    expect(seen.map(p => p.rows)).toEqual(seen.map(p => p.rows).sort((a, b) => a - b))
    expect(taken).toBeGreaterThan(0)
  })
})

describe('files as offices have them', () => {
  const one = { name: 'Đỗ Thị Thủy', phone: '+84912345678', area: '19249', agrees: true }
  const text = 'Họ tên\tSĐT\tXã\tĐồng ý\nĐỗ Thị Thủy\t0912345678\tLệ Thủy\tcó\n'

  test.each([
    ['UTF-16 with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 without', Buffer.from(text, 'utf16le')],
    ['UTF-16BE without', Buffer.from(text, 'utf16le').swap16()],
    [
      'a hint above the headings, numbers kept as ="…"',
      `sep=;\nHọ tên;SĐT;Xã;Đồng ý\nĐỗ Thị Thủy;="0912345678";="19249";có\n`,
    ],
    ['a title above the headings', 'DANH SÁCH, xã Lệ Thủy\n\nHọ tên;SĐT;Xã;Đồng ý\nĐỗ Thị Thủy;912345678;19249;có\n'],
  ])('%s', async (_what, file) => {
    expect(await load(file)).toMatchObject({ rows: 1, added: 1, rejectedCount: 0 })
    expect(await people()).toMatchObject([one])
  })

  test('an Excel workbook: numbers whole, zeros given back, wrong rows by their number', async () => {
    const file = await workbook({
      sheets: [
        { name: 'Ghi chú', rows: [['Cách điền']] },
        {
          name: 'Dân',
          rows: [
            ['DANH SÁCH NGƯỜI DÂN'],
            ['Họ tên', 'SĐT', 'Mã xã', 'Đồng ý', 'Ngày sinh', 'Ngôn ngữ'],
            ['Đỗ Thị Thủy', 912345678, 19249, true, { style: 1, value: 30_000 }, 'Bru - Vân Kiều'],
            ['Hồ Ưng', { style: 1, value: 30_000 }, 19249, 'có'],
            ['=HYPERLINK("x")', '0912345679', { xml: '<c><f>1+1</f><v>19333</v></c>' }, 'có'],
            [{ xml: '<c t="e"><f>A1</f><v>#REF!</v></c>' }, '0912345680', 19249, 'có'],
          ],
        },
      ],
      formats: [14],
    })
    const report = await load(file)
    expect(report).toMatchObject({ rows: 4, added: 2, rejectedCount: 2, ignoredColumns: ['Ngày sinh'] })
    expect(report.rejected.map(r => [r.row, r.reason.vi])).toEqual([
      [4, expect.stringContaining('Không phải là số điện thoại')],
      [6, expect.stringContaining('#REF!')],
    ])
    expect(await people()).toMatchObject([one, { name: '=HYPERLINK("x")', area: '19333' }])
    const { rows } = await database.db.query('select language from citizens order by id')
    expect(rows).toEqual([{ language: 'bru' }, { language: 'vi' }])
  })

  test('a language is kept when a later list says nothing of it, and changed when it does', async () => {
    const languages = async () => (await database.db.query('select language from citizens')).rows
    const list = (language: string) => `SĐT;Xã;Đồng ý;Ngôn ngữ\n0912345678;19249;có;${language}\n`
    await load(list('Pa Cô'))
    expect(await load('SĐT;Xã;Đồng ý\n0912345678;19249;\n')).toMatchObject({ updated: 1 })
    expect(await languages()).toEqual([{ language: 'pac' }])
    await load(list('vi'))
    expect(await languages()).toEqual([{ language: 'vi' }])
    const report = await load(list('tiếng gì đó'))
    expect(report.rejected[0]?.reason.vi).toContain('ngôn ngữ')
  })

  test('one broken line among a hundred thousand is one refused row', async () => {
    async function* lines() {
      yield Buffer.from(`${headings}\n`)
      for (let block = 0; block < 100; block++) {
        if (block === 50) yield Buffer.from('"Hỏng;0912000000;;19249;;có\n')
        const rows = Array.from({ length: 1_000 }, (_, i) => `Người;09${12_000_000 + block * 1_000 + i};;19249;;có\n`)
        yield Buffer.from(rows.join(''))
      }
    }
    const report = await importCitizens(database.db, lines(), { now: () => now })
    expect(report).toMatchObject({ rows: 100_001, added: 100_000, rejectedCount: 1 })
    expect(report.rejected).toEqual([
      { row: 50_002, reason: expect.objectContaining({ vi: expect.stringContaining('ngoặc kép') }) },
    ])
  })

  test('a merged-away commune is answered with the present one', async () => {
    const report = await loadRows(['A;0912345678;;19998;;có', 'B;0912345679;;Xã Có Nơi Đến;;có'])
    expect(report).toMatchObject({ added: 1, rejectedCount: 1 })
    expect(report.rejected[0]?.reason.vi).toContain('nay thuộc Phường Đông Hà (19333)')
  })

  test('headings alone are a list of nobody', async () => {
    expect(await load(`${headings}\n`)).toMatchObject({ rows: 0, added: 0, rejectedCount: 0 })
  })

  test('reasons may hold anything that a cell holds', async () => {
    const cell = 'Xã \\N \\. \\t"";'
    const report = await load(`SĐT,Xã,Đồng ý\n0912345678,"${cell}",có\n`)
    expect(report.rejected[0]?.reason.vi).toContain('Xã \\N \\. \\t";')
  })
})

describe('rows about the same person', () => {
  test('are merged: later rows win, empty cells take nothing away, tags add up, a "no" outweighs a "yes"', async () => {
    const report = await loadRows([
      'Lê An;0912345678;;19249;nông dân;không',
      'Lê Văn An;0912 345 678;an@thu.example;19333;thanh niên;có',
      ';+84912345678;;19333;;',
    ])
    expect(report).toMatchObject({ rows: 3, added: 1, merged: 2, rejectedCount: 0 })
    expect(await people()).toEqual([
      {
        name: 'Lê Văn An',
        phone: '+84912345678',
        email: 'an@thu.example',
        area: '19333',
        tags: ['nông dân', 'thanh niên'],
        agrees: null,
      },
    ])
  })

  test('a row with the email alone joins the row that has the phone number too', async () => {
    const report = await loadRows([';;an@thu.example;19249;cán bộ;', 'Lê An;0912345678;an@thu.example;19249;;có'])
    expect(report).toMatchObject({ added: 1, merged: 1 })
    expect(await people()).toMatchObject([{ name: 'Lê An', phone: '+84912345678', tags: ['cán bộ'], agrees: true }])
  })

  test('one email with two phone numbers: the first keeps it, the other row is reported', async () => {
    const report = await loadRows([
      'Chồng;0912345678;nha@thu.example;19249;;có',
      'Vợ;0912345679;nha@thu.example;19249;;có',
      'Vợ;0912345679;;19249;phụ nữ;có',
    ])
    expect(report).toMatchObject({ added: 2, merged: 0, rejectedCount: 1 })
    expect(report.rejected[0]).toMatchObject({ row: 3, reason: { vi: expect.stringContaining('Email') } })
    expect(await people()).toMatchObject([
      { name: 'Chồng', email: 'nha@thu.example' },
      { name: 'Vợ', email: null, tags: ['phụ nữ'] },
    ])
  })
})

describe('importing again', () => {
  beforeEach(async () => {
    await loadRows([
      'Lê An;0912345678;an@thu.example;19249;nông dân;có',
      'Hồ Bình;0912345679;;19249;;có',
      'Đỗ Chi;;chi@thu.example;19333;;có',
    ])
  })

  test('the same file updates nobody into somebody else and adds nobody', async () => {
    const before = await people()
    const report = await loadRows([
      'Lê An;0912345678;an@thu.example;19249;nông dân;có',
      'Hồ Bình;0912345679;;19249;;có',
      'Đỗ Chi;;chi@thu.example;19333;;có',
    ])
    expect(report).toMatchObject({ added: 0, updated: 3, merged: 0, rejectedCount: 0 })
    expect(await people()).toEqual(before)
  })

  test('changes what the file says and keeps the rest', async () => {
    const report = await loadRows([
      'Lê Văn An;0912345678;;19333;;',
      'Hồ Bình;0912345679;binh@thu.example;19249;thanh niên;',
      'Đỗ Chi;0912345680;chi@thu.example;19333;;',
    ])
    expect(report).toMatchObject({ added: 0, updated: 3 })
    expect(await people()).toEqual([
      {
        name: 'Lê Văn An',
        phone: '+84912345678',
        email: 'an@thu.example',
        area: '19333',
        tags: ['nông dân'],
        agrees: true,
      },
      {
        name: 'Hồ Bình',
        phone: '+84912345679',
        email: 'binh@thu.example',
        area: '19249',
        tags: ['thanh niên'],
        agrees: true,
      },
      { name: 'Đỗ Chi', phone: '+84912345680', email: 'chi@thu.example', area: '19333', tags: [], agrees: true },
    ])
  })

  test('a person known by email may get a new phone number; somebody else with that email may not', async () => {
    const report = await loadRows([
      'Lê An;0987654321;an@thu.example;19249;;có',
      'Người Khác;0987654322;chi@thu.example;19249;;có',
      'Con Lê An;0987654323;an@thu.example;19249;;có',
    ])
    // Đỗ Chi had no phone number, so nothing of hers is lost; Con Lê An would take Lê An's place.
    expect(report).toMatchObject({ added: 0, updated: 2, rejectedCount: 1 })
    expect(report.rejected[0]).toMatchObject({ row: 4, reason: { vi: expect.stringContaining('số điện thoại khác') } })
    expect(await people()).toMatchObject([{ phone: '+84987654321' }, {}, { phone: '+84987654322' }])
  })

  test('a phone number and an email of two registered people are refused, nobody is changed', async () => {
    const before = await people()
    const report = await loadRows(['Ai Đó;0912345679;an@thu.example;19333;x;có'])
    expect(report).toMatchObject({ updated: 0, rejectedCount: 1 })
    expect(report.rejected[0]?.reason.vi).toContain('hai người khác nhau')
    expect(await people()).toEqual(before)
  })

  test('two rows that name one registered person by different addresses are one update', async () => {
    const report = await loadRows([';0912345678;;19333;a;', ';;an@thu.example;19333;b;'])
    expect(report).toMatchObject({ updated: 1, merged: 1, rejectedCount: 0 })
    expect(await people()).toMatchObject([{ name: 'Lê An', area: '19333', tags: ['a', 'b'] }, {}, {}])
  })

  test('new rows sharing a phone number whose emails belong to two people: the conflict is reported', async () => {
    const report = await loadRows([
      'Lê An;0987654321;an@thu.example;19249;;',
      'Đỗ Chi;0987654321;chi@thu.example;19249;;',
    ])
    expect(report).toMatchObject({ updated: 1, rejectedCount: 1 })
    expect(report.rejected[0]?.reason.vi).toContain('Số điện thoại')
  })

  test('"no" withdraws a consent, and no later import brings it back', async () => {
    await loadRows(['Lê An;0912345678;;19249;;không'])
    expect((await people())[0]).toMatchObject({ agrees: false })
    const report = await loadRows(['Lê An;0912345678;;19249;;có'])
    expect(report).toMatchObject({ updated: 1, keptWithdrawn: 1 })
    expect((await people())[0]).toMatchObject({ agrees: false })
  })

  test('two imports at once end as if one had come after the other', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `Người ${i};09${String(20_000_000 + i)};;19249;;có`)
    const reports = await Promise.all([loadRows(rows), loadRows([...rows].reverse()), loadRows(rows)])
    expect(reports.map(r => r.added).sort()).toEqual([0, 0, 300])
    expect(reports.map(r => r.updated).sort()).toEqual([0, 300, 300])
    expect(await people()).toHaveLength(303)
  })
})

describe('consent', () => {
  test('a file without a consent column is refused unless somebody says on what basis all agreed', async () => {
    const file = 'SĐT,Xã\n0912345678,19249\n'
    await expect(load(file)).rejects.toMatchObject({ code: 'import.no-consent' })
    await expect(load(file, { consentBasis: '  ' })).rejects.toMatchObject({ code: 'import.no-consent' })
    expect(await people()).toEqual([])

    await load(file, { consentBasis: 'phiếu đăng ký tại bộ phận một cửa' })
    const { rows } = await database.db.query('select source from consents')
    expect(rows).toEqual([{ source: 'import: phiếu đăng ký tại bộ phận một cửa' }])
  })

  test('where there is a column it decides, whatever the basis', async () => {
    await loadRows(['A;0912345678;;19249;;không', 'B;0912345679;;19249;;', 'C;0912345680;;19249;;x'], {
      consentBasis: 'phiếu đăng ký',
    })
    expect((await people()).map(p => p.agrees)).toEqual([null, null, true])
  })

  test('an import does not touch refusals', async () => {
    await database.db.query(`insert into opt_outs (channel, address, source) values ('sms', '+84912345678', 'page')`)
    await loadRows(['A;0912345678;;19249;;có'])
    expect((await database.db.query('select source from opt_outs')).rows).toEqual([{ source: 'page' }])
  })
})

describe('nothing is left behind', () => {
  test('by a dry run, whose report is that of the real import', async () => {
    await loadRows(['Cũ;0912345678;;19249;;có'])
    const before = await people()
    const rows = ['Mới;0912345678;moi@thu.example;19333;t;không', 'B;0912345679;;19249;;có', 'C;1;;19249;;có']
    const dry = await loadRows(rows, { dryRun: true })
    expect(await people()).toEqual(before)
    expect(await loadRows(rows)).toEqual({ ...dry, dryRun: false })
    expect(dry).toMatchObject({ dryRun: true, added: 1, updated: 1, rejectedCount: 1 })
  })

  test.each<[string, Buffer | string, string]>([
    [
      'in Latin-1',
      Buffer.from(`${headings.normalize('NFD').replace(/[^\x00-\x7f]/g, '')}\nThuý;0912345678;;19249;;co`, 'latin1'),
      'import.bad-encoding',
    ],
    ['without columns we know', 'a;b\n1;2', 'import.no-columns'],
    ['empty', '', 'import.no-columns'],
    [
      'that is a picture',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
      'import.bad-encoding',
    ],
    ['that is another zip', Buffer.from('PK\x03\x04 not really'), 'import.malformed'],
  ])('by a file %s', async (_what, file, code) => {
    await expect(load(file)).rejects.toMatchObject({ code })
    expect(await people()).toEqual([])
  })

  test('by a file whose last bytes are not UTF-8, after thousands of good rows', async () => {
    const good = Array.from({ length: 5_000 }, (_, i) => `A;0912${String(i).padStart(6, '0')};;19249;;có`).join('\n')
    const file = Buffer.concat([Buffer.from(`${headings}\n${good}\n`), Buffer.from([0x54, 0xfa, 0x0a])])
    await expect(load(file)).rejects.toMatchObject({ code: 'import.bad-encoding' })
    expect(await people()).toEqual([])
  })

  test('by an import that is stopped, while it reads and while it writes', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => `A;0912${String(i).padStart(6, '0')};;19249;;có`)
    for (const phase of ['reading', 'merging'] as const) {
      const stop = new AbortController()
      const stopped = loadRows(rows, {
        signal: stop.signal,
        onProgress: progress => {
          if (progress.phase === phase) stop.abort()
        },
      })
      await expect(stopped).rejects.toMatchObject({ code: 'import.cancelled' })
      expect(await people()).toEqual([])
    }
    expect(await loadRows(rows)).toMatchObject({ added: 3_000 })
  })

  test('by an import that waits for another one and is stopped', async () => {
    const other = await database.db.connect()
    try {
      await other.query(`begin; select pg_advisory_xact_lock(hashtext('loa.import-citizens'))`)
      const stop = new AbortController()
      const waiting = loadRows(['A;0912345678;;19249;;có'], { signal: stop.signal })
      const stopped = expect(waiting).rejects.toMatchObject({ code: 'import.cancelled' })
      await until('the import waits for the lock', async () => {
        const { rowCount } = await database.db.query(
          `select from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())`,
        )
        return rowCount === 1
      })
      stop.abort()
      await stopped
    } finally {
      await other.query('rollback')
      other.release()
    }
    expect(await people()).toEqual([])
  })

  test('by an upload that breaks off', async () => {
    async function* broken() {
      yield Buffer.from(`${headings}\nA;0912345678;;19249;;có\n`)
      throw new Error('aborted')
    }
    await expect(importCitizens(database.db, broken(), { now: () => now })).rejects.toThrow('aborted')
    expect(await people()).toEqual([])
    expect(await loadRows(['A;0912345678;;19249;;có'])).toMatchObject({ added: 1 })
  })
})

describe('whatever rows share phones and emails', () => {
  const person = fc.record({
    name: fc.constantFrom('', 'An', 'Bình', 'Chi'),
    phone: fc.constantFrom('', '0912345670', '0912345671', '0912345672', '0912345673'),
    email: fc.constantFrom('', 'a@thu.example', 'b@thu.example', 'c@thu.example', 'd@thu.example'),
    consent: fc.constantFrom('', 'có', 'không'),
  })
  const file = fc.array(person, { maxLength: 8 })
  const lines = (rows: { name: string; phone: string; email: string; consent: string }[]) =>
    rows.map(p => `${p.name};${p.phone};${p.email};19249;;${p.consent}`)

  test('every row is accounted for, and no file breaks the register', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async files => {
        await database.db.query('truncate citizens, opt_outs restart identity cascade')
        let added = 0
        for (const rows of files) {
          const report = await loadRows(lines(rows))
          expect(report.added + report.updated + report.merged + report.rejectedCount).toBe(report.rows)
          added += report.added
        }
        expect(await people()).toHaveLength(added)
      }),
      { numRuns: 15 },
    )
  })

  test('importing a file again adds nobody', async () => {
    await fc.assert(
      fc.asyncProperty(file, async rows => {
        await database.db.query('truncate citizens, opt_outs restart identity cascade')
        await loadRows(lines(rows))
        const phones = (await people()).map(p => p.phone)
        expect(await loadRows(lines(rows))).toMatchObject({ added: 0 })
        expect((await people()).map(p => p.phone)).toEqual(phones)
      }),
      { numRuns: 15 },
    )
  })
})
