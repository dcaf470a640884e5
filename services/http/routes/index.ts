import type { Registry } from 'prom-client'
import type { Auth } from '../../accounts/auth.ts'
import { loadBoardAssets } from '../../web/board/assets.ts'
import { type BoardDoor, createBoardDoor } from '../board-door/index.ts'
import type { HttpDeps } from '../deps.ts'
import type { RouteDef } from '../route.ts'
import { accountRoutes } from './accounts.ts'
import { airtimeRoutes } from './airtime.ts'
import { announcementRoutes } from './announcements.ts'
import { areaRoutes } from './areas.ts'
import { asRunRoutes } from './as-run.ts'
import { boardDoorRoutes } from './board-door.ts'
import { boardMediaRoutes } from './board-media.ts'
import { boardPairingRoutes } from './board-pairing.ts'
import { boardPlainRoutes } from './board-plain.ts'
import { boardPlayerRoutes } from './board-player.ts'
import { boardConsoleRoutes } from './boards-console.ts'
import { citizenRoutes } from './citizens.ts'
import { deviceRoutes } from './devices.ts'
import { feedRoutes } from './feeds.ts'
import { fileRoutes } from './files.ts'
import { historyRoutes } from './history.ts'
import { ledRoutes } from './led.ts'
import { operatorRoutes } from './operator.ts'
import { operatorSlotRoutes } from './operator-slots.ts'
import { postingRoutes } from './postings.ts'
import { previewRoutes } from './preview.ts'
import { printRoutes } from './print.ts'
import { progressRoutes } from './progress.ts'
import { pronunciationRoutes } from './pronunciations.ts'
import { publicRoutes } from './public.ts'
import { receiptRoutes } from './receipts.ts'
import { recordingRoutes } from './recordings.ts'
import { registryRoutes } from './registry.ts'
import { sessionRoutes } from './session.ts'
import { slotFileRoutes } from './slot-files.ts'
import { stationDeviceRoutes } from './station-device.ts'
import { stationPushRoutes } from './station-pushes.ts'
import { type ReadyChecks, systemRoutes } from './system.ts'
import { unsubscribeRoutes } from './unsubscribe.ts'
import { vendorRoutes } from './vendors.ts'

export interface RouteOptions {
  /** What `/readyz` asks beside the database, e.g. `{ redis: () => connection.ping() }`. */
  checks?: ReadyChecks
  /** Where `/metrics` reads; the process-wide registry when absent. */
  registry?: Registry
  /** Where boards come in; one of its own when absent. */
  door?: BoardDoor
}

/** The whole route table; the OpenAPI document is written from it. */
export function allRoutes(deps: HttpDeps, auth: Auth, options: RouteOptions = {}): RouteDef[] {
  const routes: RouteDef[] = [
    ...systemRoutes(deps, auth, { ...options, routes: () => routes }),
    ...sessionRoutes(deps, auth),
    ...areaRoutes(deps),
    ...announcementRoutes(deps),
    ...progressRoutes(deps),
    ...previewRoutes(deps),
    ...pronunciationRoutes(deps),
    ...recordingRoutes(deps),
    ...boardMediaRoutes(deps),
    ...receiptRoutes(deps),
    ...boardDoorRoutes(options.door ?? createBoardDoor(deps, loadBoardAssets().build, options.registry)),
    ...boardConsoleRoutes(deps),
    ...boardPlayerRoutes(deps),
    ...printRoutes(deps),
    ...postingRoutes(deps),
    ...boardPairingRoutes(deps),
    ...boardPlainRoutes(deps),
    ...ledRoutes(deps),
    ...publicRoutes(deps),
    ...feedRoutes(deps),
    ...fileRoutes(deps, auth),
    ...operatorRoutes(deps),
    ...airtimeRoutes(deps),
    ...operatorSlotRoutes(deps),
    ...slotFileRoutes(deps),
    ...deviceRoutes(deps),
    ...stationDeviceRoutes(deps),
    ...stationPushRoutes(deps),
    ...asRunRoutes(deps),
    ...vendorRoutes(deps),
    ...citizenRoutes(deps),
    ...historyRoutes(deps),
    ...registryRoutes(deps),
    ...accountRoutes(deps, auth),
    ...unsubscribeRoutes(deps),
  ]
  return routes
}
