import type { FaultInput } from '../simulator/faults.ts'

/** The simulator on free ports, telling its addresses. */
export const simulatorWords = ['simulator', '--port', '0', '--smtp-port', '0', '--smpp-port', '0', '--json']

/** Replaces the faults of a simulator in another process. */
export async function setFaults(simulatorUrl: string, faults: FaultInput): Promise<void> {
  const response = await fetch(`${simulatorUrl}/api/faults`, { method: 'PUT', body: JSON.stringify(faults) })
  if (!response.ok) throw new Error(`the simulator does not take these faults: ${await response.text()}`)
}

/** How often the vendor took a message for each number, exactly, however many messages it still holds. */
export async function vendorCounts(simulatorUrl: string): Promise<Map<string, number>> {
  const response = await fetch(`${simulatorUrl}/api/counts/sms`)
  const counts = new Map<string, number>()
  for (const line of (await response.text()).split('\n')) {
    if (line === '') continue
    const { address, count } = JSON.parse(line) as { address: string; count: number }
    counts.set(address, (counts.get(address) ?? 0) + count)
  }
  return counts
}
