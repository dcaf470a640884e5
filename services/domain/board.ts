import { z } from 'zod'
import { priorities } from './announcement.ts'
import { boardPageSchema, boardShowing, qrSchema, takeovers } from './board-content.ts'

/**
 * What Loa and the player of a public board say to each other. Truth by pull: the manifest holds everything that a board
 * needs to show what it should, and its version is the hash of its whole body. Speed by poke: the event stream carries a
 * version only. Evidence by push: heartbeat and displays come from inside the page that draws.
 */
const when = z.iso.datetime({ offset: true })
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** Within what a bigint holds. */
const id = z.string().regex(/^\d{1,18}$/)

/**
 * screen: a page in a browser; led: a strip of few pixels that is given rendered bitmaps; paper: a board that notices are
 * pinned to by hand.
 */
export const boardKinds = ['screen', 'led', 'paper'] as const
export type BoardKind = (typeof boardKinds)[number]

/** Of a code that a board shows and an officer types: letters and digits that nobody takes for another. */
export const pairingAlphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
export const pairingCodeLength = 6
export const pairingMinutes = 10
/** Short, since it stands in the address of the event stream. */
export const accessMinutes = 15
/** A board that was switched off for longer is paired anew. Moves on with each use. */
export const refreshDays = 180

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Giờ viết dạng 06:30.')

/** What a person may set for a board; times are Viet Nam's. Everything has a default, so `{}` is a board as it comes. */
export const boardSettingsSchema = z.object({
  /** Operating hours: outside them nobody is alerted. `from` equal to `to`: day and night. */
  hours: z.object({ from: clock, to: clock }).prefault({ from: '06:00', to: '22:00' }),
  /** What the screen does outside its hours. An emergency is shown in full light at any hour. */
  outside: z.enum(['dim', 'dark', 'on']).default('dim'),
  /** Moves the picture by some pixels a minute, against burn-in. */
  drift: z.boolean().default(true),
  /** When the player loads itself anew each night, if the server answers. */
  reloadAt: clock.default('03:30'),
  /** Shown when there is nothing else to show, e.g. a telephone number. */
  contact: z.string().max(200).default(''),
  /** Pixels of an LED strip; null for other boards. */
  led: z
    .object({ width: z.number().int().min(32).max(4096), height: z.number().int().min(16).max(512) })
    .nullable()
    .default(null),
})
export type BoardSettings = z.infer<typeof boardSettingsSchema>

/** Weight of an announcement that says nothing. */
export const usualWeight = { routine: 1, priority: 2, emergency: 3 } as const

/** The part of the board channel's rendition that goes to boards. Stored ones from before 0017 lack the later fields. */
export const boardContentSchema = z.object({
  title: z.string(),
  pages: z.array(boardPageSchema).min(1),
  issuer: z.string(),
  documentNumber: z.string(),
  priority: z.enum(priorities),
  pinned: boardShowing.pinned.default(false),
  weight: boardShowing.weight.default(1),
  takeover: boardShowing.takeover.default('full'),
  media: boardShowing.media.default([]),
  qr: qrSchema.nullable().default(null),
  contentHash: z.string(),
  demo: z.boolean(),
})
export type StoredBoardContent = z.infer<typeof boardContentSchema>

/** Where a file of an item is fetched, beside what is known of it. */
const placed = z.object({ sha256, url: z.string(), bytes: z.number().int().positive() })

export const manifestItemSchema = boardContentSchema.omit({ demo: true }).extend({
  dispatchId: id,
  revision: z.int32(),
  startsAt: when,
  expiresAt: when,
  /** Every file that the item needs, by hash; signed addresses that last as long as the item. */
  files: z.array(placed),
  /** Of an LED strip: rendered pages, one file each (PNG, black and white), in place of `pages`; each stays `dwellMs`. */
  led: z
    .object({
      width: z.number().int(),
      height: z.number().int(),
      pages: z.array(z.object({ sha256, dwellMs: z.number().int().positive().default(5000) })),
    })
    .nullable(),
})
export type ManifestItem = z.infer<typeof manifestItemSchema>

export const boardManifestSchema = z.object({
  /** Hash of the rest of the body: any difference, a removal too, changes it. */
  version: z.string(),
  board: z.object({ id, name: z.string(), commune: z.string(), kind: z.enum(boardKinds) }),
  settings: boardSettingsSchema,
  /** Emergency, pinned, priority, routine; newest first within each. The player rotates them by weight. */
  items: z.array(manifestItemSchema),
  /** Items that take the screen, newest first, each until its own end. */
  emergency: z.array(z.object({ dispatchId: id, mode: z.enum(takeovers), until: when })),
  nextPollSeconds: z.number().int(),
  demo: z.boolean(),
})
export type BoardManifest = z.infer<typeof boardManifestSchema>

/** The event `version` of the stream. `urgent`: fetch at once instead of after the board's own part of a second. */
export const boardPokeSchema = z.object({ version: z.string(), urgent: z.boolean() })

/**
 * How long one item stood on one board within one hour of one run of the player. `boot` names the run; within it the sums
 * only grow, so a repeated or late row replaces nothing with less.
 */
export const displaySchema = z.object({
  dispatchId: id,
  revision: z.int32(),
  contentHash: z.string().max(128),
  /** Start of the hour (UTC) by the board's corrected clock. */
  hour: when,
  boot: z.string().regex(/^[\w-]{8,32}$/),
  firstAt: when,
  lastAt: when,
  /** Milliseconds that the page was on screen, and that it was drawn behind something else. */
  shownMs: z.number().int().min(0).max(3_700_000),
  hiddenMs: z.number().int().min(0).max(3_700_000),
  /** How often it came up. */
  times: z.number().int().min(0).max(10_000),
  /** True once every page, picture and video of it has been on screen in this run. */
  complete: z.boolean(),
})
export type Display = z.infer<typeof displaySchema>

export const showingModes = ['idle', 'items', 'emergency', 'banner', 'night'] as const

/** What a player says of itself once a minute, from inside the page that draws, so that a dead page goes silent. */
export const boardHeartbeatSchema = z.object({
  /** Version of the manifest that is shown; empty before the first one. */
  version: z.string().max(128),
  boot: z.string().regex(/^[\w-]{8,32}$/),
  /** True when the page is on screen (not a hidden tab). */
  visible: z.boolean(),
  mode: z.enum(showingModes),
  /** What is on screen now; null when idle. `since` by the board's corrected clock. */
  now: z
    .object({
      dispatchId: id,
      revision: z.int32(),
      contentHash: z.string().max(128),
      page: z.number().int().min(1),
      pages: z.number().int().min(1),
      since: when,
    })
    .nullable(),
  displays: z.array(displaySchema).max(200),
  player: z.string().max(64),
  screen: z.string().max(32),
  /** Board's own clock minus the server's. */
  clockSkewMs: z.number().finite(),
  /** Bytes kept and bytes allowed, where the browser tells. */
  storage: z.object({ usedBytes: z.number().min(0), quotaBytes: z.number().min(0) }).nullable(),
  /** True where a restart without the server would find the player (service worker in control). */
  offlineReady: z.boolean(),
  problems: z.array(z.string().max(300)).max(20),
})
export type BoardHeartbeat = z.infer<typeof boardHeartbeatSchema>

/** Answer to a board that wants to be paired. `secret` stays on the board; the code is for the officer. */
export const pairingStartedSchema = z.object({
  code: z.string(),
  secret: z.string(),
  expiresAt: when,
  pollSeconds: z.number().int(),
  /** Where an officer types the code, with the code in it; the board draws it as a QR code, and shows the address. */
  url: z.string(),
  qr: qrSchema,
})

/** Tokens of a board. The refresh token is kept before it is used; each use gives the next one. */
export const boardTokensSchema = z.object({
  accessToken: z.string(),
  accessExpiresAt: when,
  refreshToken: z.string(),
})
export type BoardTokens = z.infer<typeof boardTokensSchema>

export const pairingPollSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting') }),
  z.object({ state: z.literal('expired') }),
  z.object({
    state: z.literal('paired'),
    tokens: boardTokensSchema,
    board: z.object({ id, name: z.string(), commune: z.string() }),
  }),
])
