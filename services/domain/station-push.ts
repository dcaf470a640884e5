import { z } from 'zod'

/**
 * Ways in which a station is served beside pull. mqtt: its devices get manifest and pokes through the instance's broker;
 * icecast: Loa streams to a mount what is due; axis: Loa uploads clips to a network loudspeaker and lets it play them.
 */
export const pushKinds = ['mqtt', 'icecast', 'axis'] as const
export type PushKind = (typeof pushKinds)[number]

const address = z
  // The refinements below read it as an address, which what is none would make throw.
  .url({ protocol: /^https?$/, abort: true })
  .max(300)
  // A password in an address ends up on screens and in logs.
  .refine(text => new URL(text).username === '' && new URL(text).password === '', {
    message: 'Không ghi tài khoản trong địa chỉ · no account in the address',
  })
/** Shown to nobody; absent: the one that is kept stays. */
const password = z.string().min(1).max(200).optional()

export const icecastSettingsSchema = z.object({
  /** Of the mount, e.g. `http://radio.example:8000/dong-ha.mp3`. */
  url: address.refine(text => new URL(text).pathname.length > 1, {
    message: 'Thiếu tên mount · the mount is missing',
  }),
  user: z.string().min(1).max(100).default('source'),
  /** Keeps the mount open between slots; otherwise it is there only while something is on air. */
  silence: z.boolean().default(true),
})
export type IcecastSettings = z.output<typeof icecastSettingsSchema>

export const axisSettingsSchema = z.object({
  /** Of the device, e.g. `http://192.0.2.7`. */
  url: address,
  user: z.string().min(1).max(100),
})
export type AxisSettings = z.output<typeof axisSettingsSchema>

export const mqttSettingsSchema = z.object({})

/** What a person sets for one way, by kind; `password` travels inward only. */
export const pushChangeSchemas = {
  mqtt: mqttSettingsSchema,
  icecast: icecastSettingsSchema.extend({ password }),
  axis: axisSettingsSchema.extend({ password }),
} as const

/** True for an address on this machine: all that a demo instance may reach. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
