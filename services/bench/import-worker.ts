import { createReadStream } from 'node:fs'
import { importCitizens } from '../people/import.ts'
import { openDb } from '../store/db.ts'
import { timed } from './report.ts'

/**
 * The importing process of `loa bench import`, apart from the bench so that its peak memory is its own. Imports the file
 * into an empty register and, when asked, again as an update of everybody.
 */
const [databaseUrl = '', file = '', times = 'again'] = process.argv.slice(2)
const db = openDb(databaseUrl, 4)
const run = () => timed(() => importCitizens(db, createReadStream(file), { now: () => new Date() }))
const first = await run()
const firstRss = process.resourceUsage().maxRSS * 1024
const again = times === 'again' ? await run() : first
await db.end()
process.send?.({
  report: { ...first.result, rejected: [] },
  seconds: first.seconds,
  peakRssBytes: firstRss,
  againSeconds: again.seconds,
  againUpdated: again.result.updated,
  againPeakRssBytes: process.resourceUsage().maxRSS * 1024,
})
process.disconnect()
