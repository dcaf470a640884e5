import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../runtime/durable.ts'
import type { Showing } from './showing.ts'

/**
 * Hands what an LED strip shows to the program that drives it: `now.png` is the page (absent when there is none), and
 * `now.json` says what it is. Both are replaced as a whole, so a reader never sees half of one. A page whose file has not
 * arrived yet is none.
 * @returns to be called with each change, and when a file has arrived
 */
export function ledOut(dir: string): (showing: Showing, path: (sha256: string) => string) => void {
  mkdirSync(dir, { recursive: true })
  const picture = join(dir, 'now.png')
  return ({ mode, item, slide, page, pages }, path) => {
    const due = slide?.kind === 'bitmap' ? slide.sha256 : undefined
    const sha256 = due !== undefined && existsSync(path(due)) ? due : undefined
    if (sha256 === undefined || mode === 'night') rmSync(picture, { force: true })
    else {
      copyFileSync(path(sha256), `${picture}.part`)
      renameSync(`${picture}.part`, picture)
    }
    const what = { mode, dispatchId: item?.dispatchId ?? null, sha256: sha256 ?? null, page, pages }
    replaceFile(join(dir, 'now.json'), `${JSON.stringify(what)}\n`)
  }
}
