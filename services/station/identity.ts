import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import { replaceFile } from '../runtime/durable.ts'
import { stationKeySchema } from './verify.ts'

/** Whom the device trusts and whom it belongs to; written at the first contact and then only by a person's order. */
const identitySchema = z.object({ key: stationKeySchema, stationId: z.string().optional() })
export type Identity = z.infer<typeof identitySchema>

/** @returns undefined before the first contact. @throws AppError setup.configuration when the file cannot be read */
export function loadIdentity(path: string): Identity | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return identitySchema.parse(JSON.parse(text))
  } catch (cause) {
    // Pinning anew by itself would let anybody in who can spoil this file.
    throw new AppError(
      'setup.configuration',
      {
        vi: `Tệp khóa ${path} bị hỏng. Ông/Bà vui lòng chạy lại với --accept-key nếu chắc chắn đường dẫn là của đài mình.`,
        en: `The key file ${path} is damaged. Start again with --accept-key if the link is certainly that of your station.`,
      },
      { cause },
    )
  }
}

/** Writes the identity so that a power cut leaves the old or the new one. */
export function saveIdentity(path: string, identity: Identity): void {
  replaceFile(path, `${JSON.stringify(identity)}\n`)
}

/** Server, token and pinned kid of a station link: `https://host/station-device/<token>#<kid>`. */
export interface StationLink {
  /** Address of the device's part of the API, without a slash at the end. */
  api: string
  /** Addresses in a manifest are relative to this. */
  base: string
  kid: string | undefined
}

/** @throws AppError setup.configuration when it is no station link */
export function parseLink(text: string): StationLink {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const match = /^(.*)\/(?:api\/)?station-device\/([\w.~-]+)\/?$/.exec(url?.pathname ?? '')
  if (!url || !match || !/^https?:$/.test(url.protocol)) {
    throw new AppError('setup.configuration', {
      vi: 'Đường dẫn thiết bị không đúng. Ông/Bà vui lòng chép nguyên đường dẫn trong mục Thiết bị phát của Loa, dạng https://…/station-device/…',
      en: 'This is no station link. Copy the whole link from the page of players (Thiết bị phát) of Loa, of the form https://…/station-device/…',
    })
  }
  const base = `${url.origin}${match[1]}`
  return { api: `${base}/api/station-device/${match[2]}`, base: `${base}/`, kid: url.hash.slice(1) || undefined }
}
