import { appendFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { repeatableRandom } from '../../../config/demo/random.ts'
import { type Player, startPlayer } from '../../station/player.ts'
import { sinkKind } from '../../station/sound/sinks.ts'
import type { World } from './virtual-clock.ts'

/** The box at the amplifier: a player that can lose its power. */
export interface Box {
  on(): Promise<void>
  /** kill: the program ends at once. power-cut: and what was not on the disk is lost, half a line may be left. */
  off(how: 'kill' | 'power-cut'): void
  player(): Player | undefined
  /** The device's own clock is wrong by this. */
  skewMs: number
  /** When it took over which sequence. */
  adopted: { at: number; seq: number }[]
  starts: number
}

/** Makes a box that is off. @param link as the console would show it, through the network that can be cut */
export function createBox(
  world: World,
  options: { link: string; dir: string; sinkPort: number; seed: number; skewMs: number },
): Box {
  const journal = join(options.dir, 'journal.jsonl')
  const random = repeatableRandom(options.seed)
  let player: Player | undefined
  const box: Box = {
    skewMs: options.skewMs,
    adopted: [],
    starts: 0,
    player: () => player,
    async on() {
      box.starts++
      let mine: Player | undefined
      mine = await world.busy(
        startPlayer({
          link: options.link,
          dir: options.dir,
          sink: sinkKind(`tcp:127.0.0.1:${options.sinkPort}`),
          clock: world.clock(() => box.skewMs),
          random,
          limits: { mostBytes: 1_000_000_000, leastFreeBytes: 0 },
          onChange() {
            const seq = mine?.state().manifest?.seq ?? 0
            if (seq > (box.adopted.at(-1)?.seq ?? 0)) box.adopted.push({ at: world.nowMs(), seq })
          },
        }),
      )
      player = mine
    },
    off(how) {
      if (!player) return
      player.kill()
      if (how === 'power-cut') {
        truncateSync(journal, player.journalBytes())
        if (random() < 0.5) appendFileSync(journal, '{"r":"position","at":17')
      }
      player = undefined
    },
  }
  return box
}
