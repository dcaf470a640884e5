import { renderDueSlots } from '../../services/airtime/rendering.ts'
import { withWorkDir } from '../../services/compose.ts'
import { openDb } from '../../services/store/db.ts'
import { silentLog } from './server-keeper.ts'
import { smallStudio } from './studio.ts'

/*
 * A rendering process that a test kills: makes the sound, says so, and never comes to storing it.
 * Arguments: database address, the time by its clock.
 */
const [url = '', at = ''] = process.argv.slice(2)
const db = openDb(url)
const ctx = { db, now: () => new Date(at), log: silentLog, channels: new Map(), demo: false, quietHours: null }
await renderDueSlots(
  ctx,
  {
    withWorkDir,
    studio: {
      async assemble(job, tools) {
        const sound = await smallStudio.assemble(job, tools)
        process.stdout.write(`made ${tools.workDir}\n`)
        setInterval(() => undefined, 60_000)
        await new Promise(() => undefined)
        return sound
      },
    },
  },
  new AbortController().signal,
)
