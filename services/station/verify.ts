import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { type StationManifest, stationManifestSchema } from '../domain/station.ts'

/** The server's public key as it hands it out: a JWK of RFC 8037. */
export const stationKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/),
  kid: z.string().min(1).max(200),
})
export type StationKey = z.infer<typeof stationKeySchema>

/** Why a manifest was not accepted, in the words of `deviceEventSchema`. */
export type Refusal = 'bad-manifest' | 'bad-signature' | 'unknown-key' | 'other-station'

const headerSchema = z.object({ alg: z.literal('EdDSA'), kid: z.string(), crit: z.undefined().optional() })

/**
 * Reads a signed manifest (JWS compact serialisation, RFC 7515, EdDSA over Ed25519).
 * @param stationId the station that the device belongs to; undefined before the first manifest
 * @returns the manifest, or the reason for refusing it; nothing of a refused one is believed
 */
export function readManifest(
  token: string,
  key: StationKey,
  stationId: string | undefined,
): { manifest: StationManifest } | { refused: Refusal } {
  const parts = token.trim().split('.')
  const [head, body, signature] = parts
  if (parts.length !== 3 || !head || !body || !signature) return { refused: 'bad-manifest' }
  const header = headerSchema.safeParse(json(head))
  if (!header.success) return { refused: 'bad-manifest' }
  if (header.data.kid !== key.kid) return { refused: 'unknown-key' }
  if (!signatureHolds(`${head}.${body}`, signature, key)) return { refused: 'bad-signature' }
  const manifest = stationManifestSchema.safeParse(json(body))
  if (!manifest.success || !isSound(manifest.data)) return { refused: 'bad-manifest' }
  if (stationId !== undefined && manifest.data.stationId !== stationId) return { refused: 'other-station' }
  return { manifest: manifest.data }
}

function json(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function signatureHolds(signed: string, signature: string, key: StationKey): boolean {
  try {
    return verify(null, Buffer.from(signed, 'ascii'), publicKey(key), Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

function publicKey({ kty, crv, x }: StationKey): KeyObject {
  return createPublicKey({ key: { kty, crv, x } as JsonWebKey, format: 'jwk' })
}

/** What the shape cannot say: parts lie in their file one after the other, and no slot or part comes twice. */
function isSound(manifest: StationManifest): boolean {
  const slots = new Set(manifest.slots.map(s => s.slotId))
  if (slots.size !== manifest.slots.length) return false
  return manifest.slots.every(({ parts, startsAt, startUntil }) => {
    if (Date.parse(startUntil) < Date.parse(startsAt)) return false
    const keys = new Set(parts.map(p => `${p.dispatchId}/${p.play}`))
    const inOrder = [...parts].sort((a, b) => a.startMs - b.startMs)
    return (
      keys.size === parts.length &&
      inOrder.every((p, i) => p.endMs > p.startMs && p.startMs >= (inOrder[i - 1]?.endMs ?? 0))
    )
  })
}

/** Thumbprint of a key (RFC 7638): a kid of this form names the very key. */
export function thumbprint({ crv, kty, x }: StationKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}

/**
 * True when the key is the one that the link names. A kid that looks like a thumbprint must be the key's own, so that
 * nobody can give another key the same name.
 */
export function isNamed(key: StationKey, kid: string): boolean {
  if (key.kid !== kid) return false
  return !/^[\w-]{43}$/.test(kid) || thumbprint(key) === kid
}
