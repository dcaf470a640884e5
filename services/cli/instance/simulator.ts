import { readFile, writeFile } from 'node:fs/promises'
import type { EnvReading } from '../../../config/env.ts'
import { readEnv } from '../../../config/env.ts'
import type { DataDir } from '../../runtime/datadir.ts'
import type { Logger } from '../../runtime/log.ts'
import type { Simulator, SimulatorCredentials } from '../../simulator/index.ts'
import { simulatorCredentials, simulatorEnv, startSimulator } from '../../simulator/index.ts'

/**
 * Starts the simulator of a demo instance and makes it the only provider: whatever the environment says about the sms
 * and email channels is replaced, but for which of the simulated vendors take part (LOA_SMS_VENDORS). How the loudspeakers
 * sound stays as it is set; voices over HTTP are the simulated ones. The credentials are kept with the data, so that a
 * restart finds the same account.
 */
export async function startDemoSimulator(
  { env, channelValues }: EnvReading,
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
  const { VENDORS: vendors } = channelValues('sms')
  const settings = { ...simulatorEnv(simulator), ...demoRates, ...(vendors && { LOA_SMS_VENDORS: vendors }) }
  const simulated = readEnv(settings).channelValues
  const own = channelValues('loudspeaker')
  const voices = own.VOICES ?? (own.PIPER_MODEL === undefined ? 'espeak' : 'piper,espeak')
  const sound = { ...own, ...simulated('loudspeaker'), VOICES: voices }
  return { simulator, channelValues: id => (id === 'loudspeaker' ? sound : simulated(id)) }
}

/**
 * Invented, like the simulator's prices: with a rate the screens can say how long a sending takes. High enough to keep
 * nobody waiting in a demo; tests and measurements that use the simulator have no rate but their own.
 */
const demoRates = {
  LOA_SMS_PARTS_PER_SECOND: '1000',
  LOA_SMS_ESMS_PARTS_PER_SECOND: '1000',
  LOA_SMS_SMPP_PARTS_PER_SECOND: '1000',
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
