import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createDiskCache } from '../../../services/runtime/disk-cache.ts'
import { captureLog } from '../../contract/suite.ts'

let parent = ''
let folder = ''
let at = new Date('2026-11-23T01:00:00.000Z')
let lines: string[] = []

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'loa-cache-'))
  folder = join(parent, 'cache', 'speech')
  at = new Date('2026-11-23T01:00:00.000Z')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

function cache(maxBytes = 1_000_000) {
  const captured = captureLog()
  lines = captured.lines
  return createDiskCache({ folder, maxBytes, now: () => at, log: captured.log })
}
const later = (seconds: number) => {
  at = new Date(at.getTime() + seconds * 1000)
}
const bytes = (size: number, value = 7) => Buffer.alloc(size, value)
const onlyFile = async () => join(folder, (await readdir(folder))[0] ?? '')

test('gives back what was put, byte for byte, also in another process', async () => {
  const first = cache()
  expect(await first.get('a')).toBeUndefined()
  await first.put('a', bytes(1_000))
  await first.put('b', Buffer.alloc(0))
  expect(await cache().get('a')).toEqual(bytes(1_000))
  expect(await cache().get('b')).toEqual(Buffer.alloc(0))
  expect(await cache().get('c')).toBeUndefined()
  expect(lines).toEqual([])
})

test('a key cannot leave the folder', async () => {
  await cache().put('../../outside/\0', bytes(10))
  expect(await cache().get('../../outside/\0')).toEqual(bytes(10))
  expect(await readdir(parent)).toEqual(['cache'])
  expect(await readdir(join(parent, 'cache'))).toEqual(['speech'])
})

test.each<[string, (whole: Buffer) => Buffer]>([
  ['cut short', whole => whole.subarray(0, whole.length - 1)],
  ['with a bit turned', whole => Buffer.concat([whole.subarray(0, 500), Buffer.from([8]), whole.subarray(501)])],
  ['empty', () => Buffer.alloc(0)],
  ['of zeros', whole => Buffer.alloc(whole.length)],
])('a file %s is not served and is removed', async (_name, damage) => {
  await cache().put('a', bytes(1_000))
  const path = await onlyFile()
  await writeFile(path, damage(await readFile(path)))
  expect(await cache().get('a')).toBeUndefined()
  expect(lines.join()).toContain('damaged')
  expect(await readdir(folder)).toEqual([])
})

test('the whole file of another key is not served under this one', async () => {
  await cache().put('the dam holds', bytes(1_000))
  const other = await readFile(await onlyFile())
  await rm(folder, { recursive: true })
  await cache().put('the dam breaks', bytes(2_000))
  await writeFile(await onlyFile(), other)
  expect(await cache().get('the dam breaks')).toBeUndefined()
  expect(await readdir(folder)).toEqual([])
})

test('the least recently used go first, and the bound holds', async () => {
  const small = cache(10_000)
  for (const key of ['a', 'b', 'c']) {
    await small.put(key, bytes(3_000))
    later(120)
  }
  await small.get('a')
  later(120)
  await small.put('d', bytes(3_000))
  expect(await small.get('b')).toBeUndefined()
  expect(await small.get('a')).toEqual(bytes(3_000))
  expect(await small.get('d')).toEqual(bytes(3_000))
  const sizes = await Promise.all((await readdir(folder)).map(async name => (await stat(join(folder, name))).size))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_000)
})

test('two processes on one folder keep the bound between them', async () => {
  const [one, two] = [cache(50_000), cache(50_000)]
  for (let i = 0; i < 60; i++) {
    await (i % 2 === 0 ? one : two).put(`key ${i}`, bytes(2_000, i))
    later(1)
  }
  const sizes = await Promise.all((await readdir(folder)).map(async name => (await stat(join(folder, name))).size))
  // Each looks again after adding a twentieth of the bound; until then it does not see what the other has put.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50_000 * 1.1)
  expect(await one.get('key 59')).toEqual(bytes(2_000, 59))
})

test('what is larger than the bound is not kept, and 0 keeps nothing', async () => {
  await cache(1_000).put('a', bytes(2_000))
  await cache(0).put('a', bytes(1))
  expect(await readdir(parent)).toEqual([])
})

test('many at once: every answer is whole', async () => {
  const shared = cache(200_000)
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      await shared.put(`key ${i % 10}`, bytes(5_000, i % 10))
      const found = await shared.get(`key ${i % 10}`)
      expect(found === undefined || found.equals(bytes(5_000, i % 10))).toBe(true)
    }),
  )
  expect((await readdir(folder)).filter(name => name.endsWith('.part'))).toEqual([])
})

test('what a dead process left half is removed after an hour, what is being written stays', async () => {
  await mkdir(folder, { recursive: true })
  for (const [name, ageMs] of [
    ['old.part', 7_200_000],
    ['new.part', 1_000],
  ] as const) {
    await writeFile(join(folder, name), 'half')
    const then = new Date(at.getTime() - ageMs)
    await utimes(join(folder, name), then, then)
  }
  await cache().put('a', bytes(10))
  const names = await readdir(folder)
  expect(names).toContain('new.part')
  expect(names).not.toContain('old.part')
})

test('a folder that cannot be made costs a line in the log and nothing else', async () => {
  await writeFile(join(parent, 'cache'), 'a file where the folder should be')
  const broken = cache()
  await broken.put('a', bytes(10))
  expect(await broken.get('a')).toBeUndefined()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/ENOTDIR|EEXIST/)
})
