import { describe, expect, test } from '@jest/globals'
import type { Request } from 'express'
import { refuseUnstorableText } from '../../../services/http/clean-text.ts'
import { refuseCrossSite } from '../../../services/http/cross-site.ts'

const publicUrl = 'https://loa.quangtri.example/'
const request = (headers: Record<string, string>) => {
  const all: Record<string, string> = { host: 'loa.quangtri.example', 'content-type': 'application/json', ...headers }
  return { get: (name: string) => all[name.toLowerCase()] } as unknown as Request
}
const check = (headers: Record<string, string>) => () => refuseCrossSite(request(headers), publicUrl)

describe('refuseCrossSite', () => {
  test.each([
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: 'https://loa.quangtri.example' }],
    [{ origin: 'http://10.0.0.5:8080', host: '10.0.0.5:8080' }],
    [{ origin: 'http://[::1]:8080', host: '[::1]:8080' }],
    [{}],
  ])('takes %j', headers => {
    expect(check(headers as Record<string, string>)).not.toThrow()
  })

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', 'content-type': 'application/json' }],
    [{ 'sec-fetch-site': 'nonsense' }],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: 'https://loa.quangtri.example.evil.example' }],
    [{ origin: 'https://evil.example/loa.quangtri.example' }],
    [{ origin: 'https://loa.quangtri.example:8443' }],
    [{ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }],
    [{ 'content-type': 'multipart/form-data; boundary=x' }],
    [{ 'content-type': 'TEXT/PLAIN' }],
  ])('refuses %j', headers => {
    expect(check(headers as Record<string, string>)).toThrow(expect.objectContaining({ code: 'request.cross-site' }))
  })

  test('a form without any content type is refused', () => {
    const bare = { get: (name: string) => (name === 'host' ? 'loa.quangtri.example' : undefined) } as unknown as Request
    expect(() => refuseCrossSite(bare, publicUrl)).toThrow(expect.objectContaining({ code: 'request.cross-site' }))
  })
})

describe('refuseUnstorableText', () => {
  test.each([['đủ dấu 😀'], [{ a: [1, null, 'x'] }], [undefined], [{ content: { body: 'a\0' } }]])(
    'takes %j',
    value => {
      expect(() => refuseUnstorableText(value)).not.toThrow()
    },
  )

  test.each([
    [{ a: { b: ['x', 'y\0'] } }, 'a.b.1'],
    [{ half: 'a\ud800' }, 'half'],
    [{ half: '\udc00a' }, 'half'],
    [{ 'key\0': 1 }, ''],
    [{ inner: { content: '\0' } }, 'inner.content'],
  ])('refuses %j', (value, path) => {
    expect(() => refuseUnstorableText(value)).toThrow(
      expect.objectContaining({
        code: 'text.control-character',
        details: { errors: [expect.objectContaining({ path })] },
      }),
    )
  })
})
