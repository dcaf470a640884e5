import { defineChannel } from '../contract.ts'
import { type SmsConfig, smsConfigHelp, smsConfigSchema } from './config.ts'
import { estimateSms } from './estimate.ts'
import { renderSms, type SmsContent } from './render.ts'
import { openSmsSession } from './session.ts'

/**
 * Text messages through one or more vendors (twilio, esms, smpp), each with its share. A person would get a repeat
 * twice, so nothing uncertain is ever sent again by itself; another vendor is tried only for what certainly was not sent.
 */
export const sms = defineChannel<SmsConfig, SmsContent>({
  id: 'sms',
  method: 'telecom-message',
  name: { vi: 'Tin nhắn SMS', en: 'SMS' },
  audience: 'citizens',
  address: 'phone',
  configSchema: smsConfigSchema,
  configHelp: smsConfigHelp,
  traits: { bestEvidence: 'delivered-to-handset', repeat: 'unsafe', maxBatch: 500, quietHours: true },
  render: async source => renderSms(source),
  estimate: ({ content }, count, config) => estimateSms(content, count, config),
  open: async (config, deps) => openSmsSession(config, deps),
})
