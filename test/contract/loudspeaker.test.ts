import type { StationTarget } from '../../channels/contract.ts'
import { email } from '../../channels/email/index.ts'
import { createMailPort } from '../../channels/email/smtp.ts'
import { loudspeaker } from '../../channels/loudspeaker/index.ts'
import { startSimulator } from '../../services/simulator/index.ts'
import { readMail } from '../../services/simulator/mail.ts'
import { captureLog, describeChannel } from './suite.ts'

/** A station's mailbox name; the suite knows stations by their id. */
const address = (id: string) => `dai-${id}@hop-thu.example`
const idOf = (mailAddress: string) => /^dai-(\d+)@/.exec(mailAddress)?.[1] ?? mailAddress

/** What stands between the heading of the script and the closing lines of the operator's mail. */
function scriptOf(text: string): string {
  const body = text.split('khi không phát được tệp âm thanh:\n\n')[1] ?? ''
  return body.split('\n\n--\n')[0] ?? ''
}

// The shelf belongs to Loa itself, so here it takes everything; the mails travel over a real socket.
describeChannel('loudspeaker', {
  channel: loudspeaker,
  demoMark: /DIỄN TẬP/,
  async start() {
    const simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
    const config = email.configSchema.parse({
      HOST: simulator.smtpHost,
      PORT: String(simulator.smtpPort),
      USER: simulator.credentials.smtpUser,
      PASSWORD: simulator.credentials.smtpPassword,
      FROM: 'Hệ thống Loa <loa@loa.example>',
      LOOPBACK_ONLY: 'true',
    })
    const mail = createMailPort(config, { log: captureLog().log, now: () => new Date('2026-11-23T01:00:00.000Z') })
    const station = (i: number): StationTarget => ({
      id: String(500 + i),
      name: `Đài truyền thanh xã số ${500 + i}`,
      operatorEmail: address(String(500 + i)),
      feedToken: `ma-rieng-cua-dai-${500 + i}`,
    })
    const hit = (kind: 'email.temporary') => (target: { id: string }) => {
      const { rules } = simulator.faults.settings()
      simulator.setFaults({ rules: [...rules, { kind, pattern: address(target.id) }] })
    }
    return {
      values: { VOICE: 'vi', SPEED: '150', CHIME: 'true' },
      deps: { mail, shelf: { put: async () => {} } },
      targets: count => Array.from({ length: count }, (_, i) => station(i)),
      reach: { accepted: () => {}, retry: hit('email.temporary') },
      async received() {
        // A mailbox shows a mail with a known Message-ID once.
        const mails = await Promise.all([...simulator.record.mail.newest()].map(readMail))
        const seen = new Map(mails.map(m => [m.messageId, { to: idOf(m.to), text: scriptOf(m.text) }]))
        return [...seen.values()]
      },
      expectedText: content => content.script,
      secrets: [simulator.credentials.smtpPassword],
      async close() {
        await mail.close()
        await simulator.close()
      },
    }
  },
})
