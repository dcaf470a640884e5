import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { z } from 'zod'

/** A public key as JSON (RFC 8037): what a device or a checker needs to know. */
export const publicJwkSchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
})
export type PublicJwk = z.infer<typeof publicJwkSchema>

/** Signs statements of this instance for one purpose. */
export interface Signer {
  /** SHA-256 of the public key (RFC 7638 thumbprint), base64url: whoever has it can tell the right key from another. */
  kid: string
  jwk: PublicJwk
  /** The statement as JWS compact (RFC 7515), EdDSA over Ed25519. The same text gives the same signature. */
  sign(text: string, type: string): string
}

/** PKCS #8 of an Ed25519 key up to its 32 secret bytes (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * The signing key of an instance for one purpose, derived from its secret: every process has it without asking, nothing has
 * to be kept, and a copy of the database signs nothing.
 */
export function createSigner(secret: string, purpose: string): Signer {
  const seed = Buffer.from(hkdfSync('sha256', secret, 'loa', purpose, 32))
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const kid = thumbprint(x)
  return {
    kid,
    jwk: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' },
    sign(text, type) {
      const head = base64url(JSON.stringify({ alg: 'EdDSA', kid, typ: type }))
      const signed = `${head}.${base64url(text)}`
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
    },
  }
}

/** RFC 7638: the members in this order, without spaces. */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

const headSchema = z.object({ alg: z.literal('EdDSA'), kid: z.string() })

/**
 * The text of a JWS that this key has signed; undefined for anything else. The algorithm is ours to say, never the
 * statement's (RFC 8725 §3.1), and the key's fingerprint is worked out, not believed.
 */
export function openSigned(jws: string, jwk: PublicJwk): string | undefined {
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(jws)
  if (!match) return undefined
  const [, head = '', body = '', signature = ''] = match
  const parsed = headSchema.safeParse(parseJson(Buffer.from(head, 'base64url').toString('utf8')))
  if (parsed.data?.kid !== thumbprint(jwk.x)) return undefined
  const key: KeyObject = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' })
  const right = verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
  return right ? Buffer.from(body, 'base64url').toString('utf8') : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keeps small secrets (passwords of stations' devices) so that a copy of the database does not tell them. */
export interface Seal {
  seal(text: string): string
  /** Undefined when it was sealed under another secret or altered. */
  open(sealed: string): string | undefined
}

/** AES-256-GCM under a key derived from the instance's secret. */
export function createSeal(secret: string, purpose: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, 'loa', purpose, 32))
  return {
    seal(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < 28) return undefined
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      cipher.setAuthTag(bytes.subarray(12, 28))
      try {
        return Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

/** The keys of an instance, one per purpose. */
export interface InstanceKeys {
  /** Signs what stations are to play. */
  manifest: Signer
  /** Signs where an exported as-run log ends. */
  asRun: Signer
  /** Passwords of devices that are pushed to. */
  pushes: Seal
}

/** @param secret the instance's secret, 32 characters or more */
export function createKeys(secret: string): InstanceKeys {
  return {
    manifest: createSigner(secret, 'station-manifest'),
    asRun: createSigner(secret, 'as-run'),
    pushes: createSeal(secret, 'station-push'),
  }
}
