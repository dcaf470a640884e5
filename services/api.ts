import { Redis } from 'ioredis'
import type { Instance } from './compose.ts'
import { createApp } from './http/app.ts'
import { createBoardDoor } from './http/board-door/index.ts'
import type { Listening } from './http/listen.ts'
import { listen } from './http/listen.ts'
import { allRoutes } from './http/routes/index.ts'
import { loadBoardAssets } from './web/board/assets.ts'

export interface Api extends Listening {
  /** Closes the doors, then the connection of the readiness check. */
  close(): Promise<void>
}

/**
 * Serves the console, the API, boards, feeds and callbacks of one instance.
 * @throws AppError setup.port-taken
 */
export async function startApi(
  instance: Instance,
  options: { host: string; port: number; redisUrl: string },
): Promise<Api> {
  const redis = new Redis(options.redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 })
  redis.on('error', () => undefined)
  const door = createBoardDoor(instance.http, loadBoardAssets().build)
  const routes = allRoutes(instance.http, instance.auth, { checks: { redis: () => redis.ping() }, door })
  const app = createApp(instance.http, instance.auth, routes)
  try {
    const listening = await listen(app, { host: options.host, port: options.port, door })
    return {
      ...listening,
      close: async () => {
        await listening.close()
        redis.disconnect()
      },
    }
  } catch (error) {
    redis.disconnect()
    throw error
  }
}
