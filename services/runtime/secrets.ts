import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Reads a random secret, making it first when there is none. The file is complete or absent: a kill or a second
 * process at the same instant cannot leave half a secret or two different ones.
 * @param path kept with mode 600; its folder is made with mode 700
 * @param bytes of randomness; the text is base64url and so needs no escaping in addresses
 */
export async function keepSecret(path: string, bytes = 32): Promise<string> {
  const kept = await readSecret(path)
  if (kept) return kept
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(`${randomBytes(bytes).toString('base64url')}\n`)
    await file.sync()
    await file.close()
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  const made = await readSecret(path)
  if (!made) throw new Error(`The secret in ${path} is empty`)
  return made
}

async function readSecret(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.trim()
}
