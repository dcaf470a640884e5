import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireTool } from '../../services/runtime/tools.ts'
import { until } from './wait.ts'

/** A server of the distribution that a test started with its own configuration. */
export interface TestServer {
  port: number
  folder: string
  /** Kills it as a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/**
 * Path of a program that a test cannot do without; where ordinary users have no sbin on their path, it is looked for there.
 * @throws AppError setup.tool-missing with the command that installs it
 */
export function programOf(name: string): string {
  const sbin = `/usr/sbin/${name}`
  return existsSync(sbin) ? sbin : requireTool(name)
}

/**
 * Starts a server on a free port and waits until it takes connections.
 * @param prepare writes the configuration and gives the command line
 */
export async function debianServer(
  name: string,
  port: number,
  prepare: (folder: string) => Promise<string[]>,
): Promise<TestServer> {
  const program = programOf(name)
  const folder = await mkdtemp(join(tmpdir(), `loa-${name}-`))
  const words = await prepare(folder)
  let child: ChildProcess | undefined
  let output = ''
  const kill = async () => {
    const was = child
    child = undefined
    if (!was || was.exitCode !== null) return
    const gone = new Promise(resolve => was.once('exit', resolve))
    was.kill('SIGKILL')
    await gone
  }
  const start = async () => {
    child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', piece => {
        output = `${output}${piece}`.slice(-4_000)
      })
    }
    await until(`${name} answers`, () => {
      if (child?.exitCode !== null && child?.exitCode !== undefined) throw new Error(`${name} ended: ${output}`)
      return answers(port)
    })
  }
  await start()
  return {
    port,
    folder,
    kill,
    start,
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
