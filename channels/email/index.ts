import { type CitizenTarget, defineChannel } from '../contract.ts'
import { sendEach } from '../send-each.ts'
import { type EmailConfig, emailConfigHelp, emailConfigSchema } from './config.ts'
import { type EmailContent, personalise, renderEmail } from './render.ts'
import { createMailPort } from './smtp.ts'

/**
 * Email to agencies and subscribers, one message per person. The best it can know is that the receiving server took
 * the message over: openings prove nothing, and delivery notices are not asked for.
 */
export const email = defineChannel<EmailConfig, EmailContent>({
  id: 'email',
  method: 'email',
  name: { vi: 'Thư điện tử', en: 'Email' },
  audience: 'citizens',
  address: 'email',
  configSchema: emailConfigSchema,
  configHelp: emailConfigHelp,
  traits: { bestEvidence: 'handed-over', repeat: 'unsafe', maxBatch: 200, quietHours: false },
  render: async source => renderEmail(source),
  estimate: () => ({ warnings: [] }),
  async open(config, deps) {
    const mailer = createMailPort(config, deps)
    return {
      send(batch, signal) {
        const onDefect = (error: unknown) => {
          const name = error instanceof Error ? error.name : 'unknown'
          deps.log.error({ dispatchId: batch.dispatchId, error: name }, 'composing a mail failed')
        }
        const targets = batch.targets as CitizenTarget[]
        return sendEach(targets, { concurrency: config.pool * 2, signal, onDefect }, (target, ends) => {
          const refusalUrl = deps.unsubscribeUrl('email', target.id)
          return mailer.deliver(
            {
              to: target.address,
              toName: target.fullName,
              subject: batch.content.subject,
              ...personalise(batch.content, target.fullName, refusalUrl),
              key: `${batch.dispatchId}.${target.id}`,
              highPriority: batch.content.priority === 'emergency',
              headers: {
                Precedence: 'bulk',
                'List-Unsubscribe': `<${refusalUrl}>`,
                'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
              },
            },
            ends,
          )
        })
      },
      async health() {
        try {
          await mailer.verify()
          return {
            ok: true,
            detail: { vi: 'Máy chủ thư đang nhận kết nối.', en: 'The mail server takes connections.' },
          }
        } catch (error) {
          const code = error instanceof Error ? error.message : 'unknown'
          return {
            ok: false,
            detail: {
              vi: `Không đăng nhập được vào máy chủ thư (${code}). Ông/Bà vui lòng kiểm tra các biến LOA_EMAIL_*.`,
              en: `Cannot log in to the mail server (${code}). Please check the LOA_EMAIL_* variables.`,
            },
          }
        }
      },
      close: () => mailer.close(),
    }
  },
})
