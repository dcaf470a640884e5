import type { Actor } from '../domain/accounts.ts'
import { importCitizens } from '../people/import.ts'
import type { ImportKind, JobControl } from '../people/jobs.ts'
import { importOptOuts } from '../people/opt-outs.ts'
import { refusableChannels } from '../people/refusable.ts'
import { importAreas } from '../places/import/areas.ts'
import { importPlaces } from '../places/import/places.ts'
import type { Db } from '../store/db.ts'
import type { ImportReport } from './show/import-report.ts'

/** What may be said about a list; each kind takes what concerns it. */
export interface ImportChoices {
  dryRun?: boolean
  consentBasis?: string
  convertOldNumbers?: boolean
  retireMissing?: boolean
  /** File for all rejected rows. */
  rejected?: string
}

/** Whoever can open the database may do everything in it. */
export const atTheDatabase: Actor = { id: 'cli', name: 'loa (dòng lệnh)', role: 'admin', areas: [] }

interface ListOfKind {
  /** Where the running instance takes it, and where it tells of its jobs. */
  path: string
  jobs: string
  /** Beside `id` and `dryRun`. */
  query(choices: ImportChoices): Record<string, string>
  into(
    db: Db,
    bytes: AsyncIterable<Uint8Array>,
    control: JobControl & { dryRun: boolean },
    choices: ImportChoices,
  ): Promise<ImportReport>
}

const now = () => new Date()
const people = '/api/citizens/imports'
const registry = '/api/registry/imports'

/** The lists that `loa import` takes: through the running instance, or straight into the database. */
export const listKinds: Record<ImportKind, ListOfKind> = {
  citizens: {
    path: '/api/citizens/import',
    jobs: people,
    query: ({ convertOldNumbers, consentBasis }) => ({
      ...(convertOldNumbers && { convertOldNumbers: '1' }),
      ...(consentBasis !== undefined && { consentBasis }),
    }),
    into: (db, bytes, control, { convertOldNumbers = false, consentBasis }) =>
      importCitizens(db, bytes, {
        ...control,
        now,
        convertOldNumbers,
        ...(consentBasis !== undefined && { consentBasis }),
      }),
  },
  'opt-outs': {
    path: '/api/citizens/opt-outs/import',
    jobs: people,
    query: () => ({}),
    into: (db, bytes, control) => importOptOuts(db, bytes, { ...control, now, channels: refusableChannels }),
  },
  areas: {
    path: '/api/registry/areas/import',
    jobs: registry,
    query: ({ retireMissing }): Record<string, string> => (retireMissing ? { retireMissing: '1' } : {}),
    into: (db, bytes, control, { retireMissing = false }) =>
      importAreas(db, atTheDatabase, bytes, { ...control, now, retireMissing }),
  },
  stations: {
    path: '/api/registry/stations/import',
    jobs: registry,
    query: () => ({}),
    into: (db, bytes, control) => importPlaces(db, atTheDatabase, 'stations', bytes, { ...control, now }),
  },
  boards: {
    path: '/api/registry/boards/import',
    jobs: registry,
    query: () => ({}),
    into: (db, bytes, control) => importPlaces(db, atTheDatabase, 'boards', bytes, { ...control, now }),
  },
}
