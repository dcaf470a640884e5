import { describe, expect, test } from '@jest/globals'
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import { createKeys, createSeal, createSigner, openSigned } from '../../../services/runtime/keys.ts'

const secret = 'a secret that only the tests use, long enough'
const signer = createSigner(secret, 'station-manifest')

describe('signed statements', () => {
  test('are read by another implementation, which finds the same fingerprint', async () => {
    const jws = signer.sign('{"a":"Ô tô"}', 'loa-test+json')
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(signer.jwk))
    expect(Buffer.from(payload).toString('utf8')).toBe('{"a":"Ô tô"}')
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: signer.kid, typ: 'loa-test+json' })
    expect(await calculateJwkThumbprint(signer.jwk)).toBe(signer.kid)
  })

  test('are the same for the same text, so that an ETag holds', () => {
    expect(signer.sign('x', 't')).toBe(createSigner(secret, 'station-manifest').sign('x', 't'))
  })

  test('open with the right key only, and not when anything was touched', () => {
    const jws = signer.sign('{"a":1}', 't')
    expect(openSigned(jws, signer.jwk)).toBe('{"a":1}')
    expect(openSigned(jws, createSigner(secret, 'as-run').jwk)).toBeUndefined()
    expect(openSigned(jws, createSigner(`${secret}!`, 'station-manifest').jwk)).toBeUndefined()
    for (let at = 0; at < jws.length - 1; at += 7) {
      const touched = `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`
      expect(openSigned(touched, signer.jwk)).toBeUndefined()
    }
    expect(openSigned('not a statement', signer.jwk)).toBeUndefined()
  })

  test('a statement does not choose its own algorithm', () => {
    const [, body = ''] = signer.sign('{"a":1}', 't').split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: signer.kid })).toString('base64url')
    expect(openSigned(`${none}.${body}.`, signer.jwk)).toBeUndefined()
    expect(openSigned(`${none}.${body}.AAAA`, signer.jwk)).toBeUndefined()
  })

  test('every purpose has a key of its own', () => {
    const { manifest, asRun } = createKeys(secret)
    expect(manifest.kid).not.toBe(asRun.kid)
    expect(decodeProtectedHeader(manifest.sign('x', 't')).kid).toBe(manifest.kid)
  })
})

describe('sealed secrets', () => {
  const seal = createSeal(secret, 'station-push')

  test('open again, look different each time, and not under another key', () => {
    const [one, two] = [seal.seal('mật khẩu'), seal.seal('mật khẩu')]
    expect(one).not.toBe(two)
    expect([seal.open(one), seal.open(two)]).toEqual(['mật khẩu', 'mật khẩu'])
    expect(createSeal(`${secret}!`, 'station-push').open(one)).toBeUndefined()
    const bytes = Buffer.from(one, 'base64url')
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    expect(seal.open(bytes.toString('base64url'))).toBeUndefined()
    expect(seal.open('')).toBeUndefined()
  })
})
