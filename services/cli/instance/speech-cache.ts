import { join, resolve } from 'node:path'
import type { Env } from '../../../config/env.ts'

/** Where this process keeps spoken pieces (LOA_DATA, LOA_SPEECH_CACHE_MB); several processes may share the folder. */
export function speechCacheOf(env: Env): { folder: string; maxBytes: number } {
  return { folder: join(resolve(env.LOA_DATA), 'cache', 'speech'), maxBytes: env.LOA_SPEECH_CACHE_MB * 1_000_000 }
}
