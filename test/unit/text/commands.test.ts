import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { read } from '../../../services/cli/commands/read.ts'
import { measure } from '../../../services/cli/commands/sms.ts'

async function* chunksOf(...chunks: (string | Uint8Array)[]) {
  yield* chunks
}

/** Runs `loa read` on the chunks and gathers what it writes. */
async function runRead(
  options: { jsonl?: boolean; profile?: string; documents?: string; score?: string[]; json?: boolean },
  ...chunks: (string | Uint8Array)[]
) {
  const out: string[] = []
  const notes: string[] = []
  const streams = {
    stdin: chunksOf(...chunks),
    out: async (text: string) => {
      out.push(text)
    },
    note: (text: string) => {
      notes.push(text)
    },
  }
  const error = await read({ profile: 'north', ...options }, streams).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return { out: out.join(''), notes, error }
}

describe('loa read', () => {
  test('reads a text, in the chosen profile, even when a letter is cut by a chunk', async () => {
    const bytes = Buffer.from('Ngày 24/8: 1.000đ\n')
    const { out, notes, error } = await runRead({ profile: 'south' }, bytes.subarray(0, 3), bytes.subarray(3))
    expect({ out, notes, error }).toEqual({
      out: 'Ngày hai mươi bốn tháng tám: một ngàn đồng\n',
      notes: [],
      error: undefined,
    })
  })

  test('puts warnings on the side', async () => {
    const { out, notes } = await runRead({}, 'BQZX họp')
    expect(out).toBe('BQZX họp\n')
    expect(notes).toEqual([expect.stringContaining('BQZX')])
  })

  test.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'text.empty'],
    ['Latin-1', Buffer.from('Quảng Trị é', 'latin1'), 'import.bad-encoding'],
    ['a control character', 'a\u0007b', 'text.control-character'],
  ])('refuses %s', async (_, input, code) => {
    expect(await runRead({}, input)).toMatchObject({ out: '', error: { code } })
  })

  test('refuses an unknown profile', async () => {
    expect(await runRead({ profile: 'east' }, 'a')).toMatchObject({ error: { code: 'request.invalid' } })
  })

  test('reads line by line, whatever the chunks', async () => {
    const { out, error } = await runRead({ jsonl: true }, '{"in":"5 t', 'ỷ"}\n\n{"in"', ':"BQZX"}')
    expect(error).toBeUndefined()
    const lines = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines).toEqual([
      { in: '5 tỷ', out: 'năm tỷ', warnings: [] },
      {
        in: 'BQZX',
        out: 'BQZX',
        warnings: [expect.objectContaining({ vi: expect.any(String), en: expect.any(String) })],
      },
    ])
  })

  test('names broken lines, reads the others, and fails at the end', async () => {
    const latin1 = Buffer.concat([Buffer.from('{"in":"'), Buffer.from([0xe9]), Buffer.from('"}\n')])
    const { out, notes, error } = await runRead({ jsonl: true }, '{"in":"1"}\nxx\n', latin1, '{"in":2}\n{"in":"3"}')
    expect(out.trimEnd().split('\n')).toHaveLength(2)
    expect(notes.map(note => /^Dòng (\d+)/.exec(note)?.[1])).toEqual(['2', '3', '4'])
    expect(error).toMatchObject({ code: 'request.malformed' })
  })
})

describe('loa read, document numbers and scores', () => {
  test('document numbers sign by sign', async () => {
    const { out } = await runRead(
      { documents: 'verbatim', profile: 'south' },
      'Nghị quyết số 24/2024/NQ-CP và 18-NQ/TW',
    )
    expect(out).toBe(
      'Nghị quyết số hai mươi bốn xẹt hai ngàn không trăm hai mươi bốn xẹt en-nờ quy gạch ngang xê pê và mười tám gạch ngang en-nờ quy xẹt tê vê kép\n',
    )
  })

  test('a line may choose its own profile', async () => {
    const { out } = await runRead(
      { jsonl: true },
      '{"in":"1.024","profile":"south"}\n{"in":"5/CĐ-TTg","documents":"verbatim"}\n{"in":"104"}',
    )
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).out),
    ).toEqual(['một ngàn không trăm hai mươi bốn', 'năm xẹt xê đê gạch ngang tê tê giê', 'một trăm linh bốn'])
  })

  test('scores a file of cases and fails when one is read wrongly', async () => {
    const passing = await runRead({ score: ['-'] }, 'int\t4\tbốn\nint\t24\tx\thai mươi tư\n')
    expect(passing.error).toBeUndefined()
    expect(passing.out).toMatch(/int\s+│\s+2 │\s+2 │/)
    const failing = await runRead({ score: ['-'], json: true }, '{"cat":"int","in":"4","out":"tư"}')
    expect(JSON.parse(failing.out)).toMatchObject({ cases: 1, right: 0, failures: [{ written: '4', got: 'bốn' }] })
    expect(failing.error).toMatchObject({ code: 'request.invalid' })
  })

  test.each([{ profile: 'west' }, { documents: 'loud' }])('%j is no choice', async options => {
    expect((await runRead(options, 'a')).error).toMatchObject({ code: 'request.invalid' })
  })
})

describe('loa sms', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loa-sms-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  test('gives parts and price of both forms', async () => {
    const file = join(folder, 'tin.txt')
    await writeFile(file, `${'Mưa lớn. '.repeat(10)}\n`)
    expect(await measure(file, { price: '350' }, chunksOf())).toMatchObject({
      priceDong: 350,
      unicode: { encoding: 'UCS-2', parts: 2, costDong: 700 },
      unaccented: { encoding: 'GSM-7', parts: 1, costDong: 350, unmapped: [] },
    })
  })

  test('reads standard input, and gives no price when none is known', async () => {
    expect(await measure('-', {}, chunksOf('abc'))).toMatchObject({
      priceDong: null,
      unicode: { parts: 1, costDong: null },
    })
  })

  test.each<[string, () => Promise<unknown>, string]>([
    ['a missing file', () => measure(join(folder, 'none'), {}, chunksOf()), 'not-found'],
    ['a folder', () => measure(folder, {}, chunksOf()), 'not-found'],
    ['Latin-1', () => measure('-', {}, chunksOf(Buffer.from([0x61, 0xe9]))), 'import.bad-encoding'],
    ['no text', () => measure('-', {}, chunksOf(' \n')), 'text.empty'],
    ['no letters', () => measure('-', {}, chunksOf('123')), 'text.no-letters'],
    ['100,000 characters', () => measure('-', {}, chunksOf('a'.repeat(100_000))), 'text.too-long'],
    ['a price that is none', () => measure('-', { price: '3x' }, chunksOf('a')), 'request.invalid'],
  ])('refuses %s', async (_, run, code) => {
    await expect(run()).rejects.toMatchObject({ code })
  })

  test('says which byte is no UTF-8', async () => {
    await expect(measure('-', {}, chunksOf(Buffer.from([0x61, 0xc3, 0xa9, 0xe9, 0x62])))).rejects.toMatchObject({
      details: { position: 4 },
    })
  })
})
