import { describe, expect, test } from '@jest/globals'
import { createSigner } from '../../../services/bench/station/stand-in.ts'
import type { StationManifest } from '../../../services/domain/station.ts'
import { parseLink } from '../../../services/station/identity.ts'
import { isNamed, readManifest, thumbprint } from '../../../services/station/verify.ts'
import { manifestOf, Shell, slotOf } from './shell.ts'

const signer = createSigner()
const shell = new Shell()
const manifest = manifestOf(shell, 3, { slots: [slotOf('1', shell.iso(0), 30, ['1', '2'])] })
const read = (token: string, stationId?: string) => readManifest(token, signer.jwk, stationId)

/** Signs something else under the same header. */
const signed = (body: unknown) => signer.sign(body as StationManifest)

describe('a signed manifest', () => {
  test('is read back as it was signed', () => {
    expect(read(signer.sign(manifest), '7')).toEqual({ manifest })
    expect(read(`${signer.sign(manifest)}\n`)).toEqual({ manifest })
  })

  test('cut anywhere is refused', () => {
    const token = signer.sign(manifest)
    for (let length = 0; length < token.length; length += 7) {
      expect(read(token.slice(0, length))).toHaveProperty('refused')
    }
  })

  test('with any character changed is refused', () => {
    const token = signer.sign(manifest)
    for (let at = 0; at < token.length - 3; at += 11) {
      if (token[at] === '.') continue
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(read(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)).toHaveProperty('refused')
    }
  })

  test.each([
    ['of another key', createSigner().sign(manifest), 'unknown-key'],
    ['of another station', signed({ ...manifest, stationId: '8' }), 'other-station'],
    ['with the body of another', crossed(), 'bad-signature'],
    ['of another key under our name', renamed(), 'bad-signature'],
    ['that is no manifest', signed({ hello: 1 }), 'bad-manifest'],
    ['of a later version', signed({ ...manifest, v: 2 }), 'bad-manifest'],
    ['without a signature', unsigned(), 'bad-manifest'],
    ['whose slots come twice', signed({ ...manifest, slots: [...manifest.slots, ...manifest.slots] }), 'bad-manifest'],
    ['whose parts overlap', signed({ ...manifest, slots: overlapping() }), 'bad-manifest'],
    ['that is no text of this kind', 'xin chào', 'bad-manifest'],
    ['that is empty', '', 'bad-manifest'],
  ])('%s is refused', (_what, token, refused) => {
    expect(read(token, '7')).toEqual({ refused })
  })

  function crossed(): string {
    const [head] = signer.sign(manifest).split('.')
    const [, body] = signer.sign({ ...manifest, seq: 9 }).split('.')
    const [, , signature] = signer.sign(manifest).split('.')
    return [head, body, signature].join('.')
  }

  function renamed(): string {
    const [, body, signature] = createSigner().sign(manifest).split('.')
    return [signer.sign(manifest).split('.')[0], body, signature].join('.')
  }

  /** The old trick: a header that says that no signature is needed. */
  function unsigned(): string {
    const head = Buffer.from(JSON.stringify({ alg: 'none', kid: signer.kid })).toString('base64url')
    return `${head}.${signer.sign(manifest).split('.')[1]}.`
  }

  function overlapping(): unknown {
    return manifest.slots.map(slot => ({ ...slot, parts: slot.parts.map(part => ({ ...part, startMs: 1_000 })) }))
  }
})

describe('the key in the link', () => {
  test('is the one that the link names', () => {
    expect(isNamed(signer.jwk, signer.kid)).toBe(true)
    expect(isNamed(createSigner().jwk, signer.kid)).toBe(false)
  })

  test('cannot be another one under the same thumbprint; other names are mere names', () => {
    expect(isNamed({ ...createSigner().jwk, kid: signer.kid }, signer.kid)).toBe(false)
    expect(isNamed({ ...signer.jwk, kid: 'k1' }, 'k1')).toBe(true)
  })

  test('has the thumbprint of RFC 8037, appendix A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    expect(thumbprint({ kty: 'OKP', crv: 'Ed25519', x, kid: '' })).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })
})

describe('a device link', () => {
  test('names server, token and key', () => {
    expect(parseLink('https://loa.example/tinh/station-device/a-b_c#kid')).toEqual({
      api: 'https://loa.example/tinh/api/station-device/a-b_c',
      base: 'https://loa.example/tinh/',
      kid: 'kid',
    })
    expect(parseLink('http://127.0.0.1:1/station-device/t').kid).toBeUndefined()
  })

  test.each(['', 'abc', 'ftp://x/station-device/t', 'https://x/', 'https://x/station-device/'])('%p is none', text => {
    expect(() => parseLink(text)).toThrow('station link')
  })
})
