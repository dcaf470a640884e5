import { email } from '../../channels/email/index.ts'
import { personalise } from '../../channels/email/render.ts'
import { type Simulator, startSimulator } from '../../services/simulator/index.ts'
import { readMail } from '../../services/simulator/mail.ts'
import { describeChannel } from './suite.ts'

describeChannel('email', {
  channel: email,
  demoMark: /THỬ NGHIỆM/,
  async start() {
    const simulator: Simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
    const unsubscribeUrl = (channelId: string, citizenId: string) =>
      `http://127.0.0.1:1/u/${channelId}.${citizenId}.sig`
    const hit = (kind: 'email.permanent' | 'email.temporary' | 'email.drop-after') => (target: { id: string }) => {
      const { rules } = simulator.faults.settings()
      simulator.setFaults({ rules: [...rules, { kind, pattern: address(target.id) }] })
    }
    const address = (id: string) => `nguoi-nhan-${id}@hop-thu.example`
    return {
      values: {
        HOST: simulator.smtpHost,
        PORT: String(simulator.smtpPort),
        USER: simulator.credentials.smtpUser,
        PASSWORD: simulator.credentials.smtpPassword,
        FROM: 'Cổng thông tin <thong-bao@loa.example>',
        TIMEOUT_MS: '2000',
        LOOPBACK_ONLY: 'true',
      },
      deps: { unsubscribeUrl },
      targets: count =>
        Array.from({ length: count }, (_, i) => ({
          id: String(1000 + i),
          address: address(String(1000 + i)),
          fullName: `Nguyễn Thị Thử ${1000 + i}`,
        })),
      reach: {
        accepted: () => {},
        rejected: hit('email.permanent'),
        retry: hit('email.temporary'),
        unknown: hit('email.drop-after'),
      },
      async received() {
        const mails = await Promise.all([...simulator.record.mail.newest()].map(readMail))
        return mails.map(mail => ({ to: mail.to, text: mail.text.replace(/\n$/, '') }))
      },
      expectedText: (content, target) =>
        'fullName' in target ? personalise(content, target.fullName, unsubscribeUrl('email', target.id)).text : '',
      secrets: [simulator.credentials.smtpPassword],
      close: () => simulator.close(),
    }
  },
})
