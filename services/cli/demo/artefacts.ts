import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DispatchContext } from '../../dispatch/context.ts'
import type { Progress } from '../../http/schemas.ts'
import { boardManifests } from '../../places/boards/manifest.ts'
import type { Links } from '../../runtime/links.ts'
import { dispatchesOf } from '../../store/dispatches.ts'
import { findRendition } from '../../store/renditions.ts'

interface ArtefactSource {
  announcementId: string
  progress: Progress
  publicUrl: string
  links: Links
  outDir: string
  simulatorUrl: string | undefined
}

/**
 * Writes everything that the channels made of an announcement to files: each rendition and its files, what a board and a
 * station's feed are given, and what the simulator's phones and mailboxes received.
 * @returns name -> absolute path
 */
export async function writeArtefacts(ctx: DispatchContext, source: ArtefactSource): Promise<Record<string, string>> {
  const artefacts: Record<string, string> = {}
  const write = async (name: string, fileName: string, data: string | Buffer) => {
    const path = join(source.outDir, fileName)
    await writeFile(path, data)
    artefacts[name] = path
  }
  await write('progress', 'progress.json', `${JSON.stringify(source.progress, null, 2)}\n`)
  for (const dispatch of await dispatchesOf(ctx.db, source.announcementId)) {
    const rendition = dispatch.renditionId ? await findRendition(ctx.db, dispatch.renditionId) : undefined
    if (!rendition) continue
    await write(dispatch.channel, `${dispatch.channel}.json`, `${JSON.stringify(rendition.content, null, 2)}\n`)
    for (const file of rendition.files) {
      const { rows } = await ctx.db.query('select bytes from files where sha256 = $1', [file.sha256])
      await write(file.name, file.name, rows[0].bytes)
    }
  }
  await write('board-manifest', 'board-manifest.json', await firstBoardManifest(ctx, source.links))
  for (const [name, fileName, url] of await pages(ctx, source)) {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${name}: the instance answered ${response.status}`)
    await write(name, fileName, Buffer.from(await response.arrayBuffer()))
  }
  return artefacts
}

/** As the board gets it once it is paired. @throws when there is no board */
async function firstBoardManifest(ctx: DispatchContext, links: Links): Promise<string> {
  const { rows } = await ctx.db.query<{ id: string }>(
    `select id from boards where kind <> 'paper' and retired_at is null order by id limit 1`,
  )
  const id = rows[0]?.id ?? ''
  const manifest = (await boardManifests({ ...ctx, links }, [id], ctx.now())).get(id)
  if (!manifest) throw new Error('board-manifest: the instance has no board')
  return manifest.body
}

async function pages(ctx: DispatchContext, source: ArtefactSource): Promise<[string, string, string][]> {
  const { rows } = await ctx.db.query('select feed_token as feed from stations order by id limit 1')
  return [
    ['station-feed', 'station-feed.xml', `${source.publicUrl}/feeds/stations/${rows[0].feed}.xml`],
    ...(source.simulatorUrl
      ? ([
          ['phones', 'phones.json', `${source.simulatorUrl}/api/phones`],
          ['mailboxes', 'mailboxes.json', `${source.simulatorUrl}/api/mailboxes`],
        ] satisfies [string, string, string][])
      : []),
  ]
}
