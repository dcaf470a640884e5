import { writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import sharp from 'sharp'
import type { PictureAnswer, PictureJob } from './picture-protocol.ts'

/*
 * A process of its own around sharp: what decodes pictures that anybody may have made is native code, and neither a crash
 * nor a picture that takes all memory may take the server along. It does one job, has an empty environment, and ends.
 */

// Only what is taken is decoded: no SVG, no PDF, no format that nobody asks for.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map(name => `VipsForeignLoad${name}`),
})
sharp.cache(false)
sharp.concurrency(1)

/** PNG shows drawings and text without smears; where it is not much larger than JPEG, it is one. */
const pngMayBeLarger = 1.5

async function make(job: PictureJob): Promise<PictureAnswer> {
  const about = await sharp(job.path, { limitInputPixels: false }).metadata()
  const { width, height } = about
  if (width * height > job.maxPixels) return { kind: 'too-many-pixels', width, height }
  // Decoded once: what follows works on at most 1920 x 1920 pixels.
  const { data, info } = await sharp(job.path, {
    limitInputPixels: job.maxPixels,
    failOn: 'truncated',
    sequentialRead: true,
  })
    .autoOrient()
    .resize({ width: job.side, height: job.side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width: shownWidth, height: shownHeight, channels } = info
  const small = sharp(data, { raw: { width: shownWidth, height: shownHeight, channels } }).flatten({
    background: '#ffffff',
  })
  const shown = {
    kind: 'made' as const,
    width: shownWidth,
    height: shownHeight,
    original: {
      width: about.autoOrient.width,
      height: about.autoOrient.height,
      turned: (about.orientation ?? 1) > 1,
      transparent: seeThrough(data, channels),
      moving: (about.pages ?? 1) > 1 && about.format !== 'heif',
      personal: about.exif !== undefined || about.xmp !== undefined || about.iptc !== undefined,
    },
  }
  const jpegPath = `${job.into}.jpg`
  // A drawing keeps its coloured edges sharp; the eye does not see that in a photograph.
  const chromaSubsampling = job.mayBePng ? '4:4:4' : '4:2:0'
  await small.clone().jpeg({ quality: job.quality, mozjpeg: true, chromaSubsampling }).toFile(jpegPath)
  if (!job.mayBePng) return { ...shown, path: jpegPath, mime: 'image/jpeg' }
  const pngPath = `${job.into}.png`
  await small.clone().png({ compressionLevel: 8 }).toFile(pngPath)
  const [pngBytes, jpegBytes] = [(await stat(pngPath)).size, (await stat(jpegPath)).size]
  return pngBytes <= jpegBytes * pngMayBeLarger
    ? { ...shown, path: pngPath, mime: 'image/png' }
    : { ...shown, path: jpegPath, mime: 'image/jpeg' }
}

/** True when any dot of the pixels lets the ground through. */
function seeThrough(pixels: Buffer, channels: number): boolean {
  if (channels !== 2 && channels !== 4) return false
  for (let at = channels - 1; at < pixels.length; at += channels) if (pixels[at] !== 255) return true
  return false
}

/** Where memory runs out, it is this process that the system ends, and not the server. */
function offerOneself(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Not Linux.
  }
}

offerOneself()
process.once('disconnect', () => process.exit(1))
process.once('message', (job: PictureJob) => {
  make(job)
    .catch((error: unknown): PictureAnswer => {
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, 300)
      return { kind: /No space left|ENOSPC/.test(reason) ? 'disk-full' : 'unreadable', reason }
    })
    .then(answer => process.send?.(answer, () => process.exit(0)))
})
