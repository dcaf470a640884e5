import { readFile, writeFile } from 'node:fs/promises'
import type { EnvReading } from '../../../config/env.ts'
import { readEnv } from '../../../config/env.ts'
import type { DataDir } from '../../runtime/datadir.ts'
import type { Logger } from '../../runtime/log.ts'
import type { Simulator, SimulatorCredentials } from '../../simulator/index.ts'
import { simulatorCredentials, simulatorEnv, startSimulator } from '../../simulator/index.ts'

/**
 * Starts the simulator of a demo instance and makes it the only provider: whatever the environment says about the sms
 * and email channels is replaced. Its credentials are kept with the data, so that a restart finds the same account.
 */
export async function startDemoSimulator(
  { env }: EnvReading,
  dataDir: DataDir | undefined,
  log: Logger,
): Promise<{ simulator: Simulator; channelValues: EnvReading['channelValues'] }> {
  const simulator = await startSimulator({
    httpPort: env.LOA_SIMULATOR_PORT,
    smtpPort: env.LOA_SIMULATOR_SMTP_PORT,
    smppPort: env.LOA_SIMULATOR_SMPP_PORT,
    credentials: dataDir ? await keptCredentials(dataDir.at('simulator.json')) : simulatorCredentials(),
    log,
  })
  return { simulator, channelValues: readEnv(simulatorEnv(simulator)).channelValues }
}

/** Those of the last start; what an older version did not have yet is added. */
async function keptCredentials(file: string): Promise<SimulatorCredentials> {
  const kept: Partial<SimulatorCredentials> = await readFile(file, 'utf8')
    .then(text => JSON.parse(text))
    .catch(() => ({}))
  const credentials = { ...simulatorCredentials(), ...kept }
  await writeFile(file, JSON.stringify(credentials), { mode: 0o600 })
  return credentials
}
