import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import type { BoardMedia } from '../../domain/board-content.ts'
import { insertBoardMedia } from '../../store/board-media.ts'
import { type Db, transaction } from '../../store/db.ts'
import { putFile } from '../../store/files.ts'

const width = 960
const height = 540

/**
 * A picture of an item's own, as an upload leaves it behind: stored, of its own hash, with a caption that names the item. That
 * uploads are checked and made small is a matter of other tests.
 */
export async function pictureOf({ db }: { db: Db }, mark: string, now: Date): Promise<BoardMedia> {
  const hue = Number(mark) % 360
  const stripes = Array.from(
    { length: 12 },
    (_, i) => `<rect x="${i * 80}" width="40" height="${height}" fill="hsl(${hue} 70% ${30 + i * 4}%)"/>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${stripes.join('')}</svg>`
  const bytes = await sharp(Buffer.from(svg)).jpeg().toBuffer()
  return await transaction(db, async sql => {
    const sha256 = await putFile(sql, { mime: 'image/jpeg', bytes })
    const media: BoardMedia = {
      ...{ kind: 'picture', mediaId: randomUUID(), sha256, mime: 'image/jpeg', bytes: bytes.length },
      ...{ width, height, caption: '' },
    }
    await insertBoardMedia(sql, {
      ...{ id: media.mediaId, media, originalSha256: sha256, originalName: `${mark}.jpg`, originalBytes: bytes.length },
      ...{ original: { format: 'jpeg', width, height }, done: [], warnings: [] },
      ...{ uploadedBy: 'bench', uploadedByName: 'Bench', uploadedAt: now },
    })
    return { ...media, caption: `Ảnh của Tin ${mark}` }
  })
}
