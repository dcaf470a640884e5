import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let allowed: boolean | undefined

/** Whether this process may mount a file system: as root outside of a strict container. */
export function canMount(): boolean {
  allowed ??=
    process.getuid?.() === 0 &&
    spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"'])
      .status === 0
  return allowed
}

/** Runs `work` with a disk of its own that is as small as wanted, so that "disk full" is the real thing. */
export async function withSmallDisk(megabytes: number, work: (disk: string) => Promise<void>): Promise<void> {
  const disk = await mkdtemp(join(tmpdir(), 'loa-disk-'))
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk])
  try {
    await work(disk)
  } finally {
    spawnSync('umount', ['-l', disk])
    await rm(disk, { recursive: true, force: true })
  }
}
