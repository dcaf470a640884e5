import { writeFileSync } from 'node:fs'
import sharp from 'sharp'

/*
 * A process of its own around sharp: photos come from whoever holds a slip, what decodes them is native code, and neither a
 * crash nor a picture that takes all memory may take the server along. A photo on stdin, the clean one on stdout; exit status
 * 3: more pixels than are taken, 2: unreadable. Its environment is empty. Plain JavaScript: it runs from the source tree.
 */
const [maxPixels, longestSide, quality] = process.argv.slice(2).map(Number)

// Only what phones make is decoded.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp'].map(name => `VipsForeignLoad${name}`) })
sharp.cache(false)
sharp.concurrency(1)

try {
  // Where memory runs out, it is this process that the system ends, and not the server.
  writeFileSync('/proc/self/oom_score_adj', '1000')
} catch {
  // Not Linux.
}

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const bytes = Buffer.concat(chunks)
try {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
  if (width * height > maxPixels) process.exit(3)
  const photo = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated' })
    .autoOrient()
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .jpeg({ quality })
    .toBuffer()
  process.stdout.write(photo)
} catch (error) {
  process.stderr.write(String(error))
  process.exitCode = 2
}
