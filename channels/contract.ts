import type { z } from 'zod'
import type { AnnouncementContent, Priority } from '../services/domain/announcement.ts'
import type { Outcome } from '../services/domain/delivery.ts'
import type { Sentence } from '../services/domain/errors.ts'
import type { Evidence } from '../services/domain/evidence.ts'
import type { PlanMethod } from '../services/domain/plan.ts'
import type { ScriptReading } from '../services/domain/reading.ts'
import type { Dictionary } from '../services/text/speech/dictionary.ts'

/**
 * The contract between Loa and a channel. Terminology:
 *
 * - *channel*: one way of delivery (sms, email, loudspeaker, board) behind this interface;
 * - *target*: one addressee of a channel: a citizen, a station or a board;
 * - *rendition*: what the channel made of an announcement; the same for all targets, named by its hash;
 * - *session*: an open connection to the vendor, owned by one worker process;
 * - *outcome*: what is known after an attempt (see services/domain/delivery.ts).
 *
 * Everything else (queue, env keys, console checkbox, receipt route, metrics, report column) is derived from what a
 * channel declares here.
 */
export interface Channel<Config = unknown, Content = unknown> {
  /** Stable short name: queue suffix, env prefix, report column. */
  id: string
  /** Which delivery method of the plan it fulfils. */
  method: PlanMethod
  name: Sentence
  /** Who receives it; decides which target table the freeze reads. */
  audience: AudienceKind
  /** Which address a citizen needs for this channel; absent for stations and boards. */
  address?: 'phone' | 'email'
  /** Parsed from LOA_<ID>_* (names without the prefix, e.g. `ACCOUNT_SID`). Secrets are plain strings here. */
  configSchema: z.ZodType<Config>
  /** One line of documentation per configuration variable, in the order of `.env.example`. */
  configHelp: Record<string, string>
  traits: ChannelTraits
  /**
   * Present on a channel that speaks: how it reads the script of a content aloud, as its configuration says. Pure. The
   * result is shown as a preview, pinned at the submission, signed by the approver and then given to `render`. Null for a
   * content that is not read aloud, such as a recording.
   */
  read?(content: AnnouncementContent, dictionary: Dictionary, config: Config): ScriptReading | null
  /** Deterministic: the preview and the sending call this same function with the same arguments. */
  render(source: RenderSource, tools: RenderTools, config: Config): Promise<Rendition<Content>>
  /**
   * Checks a recording that somebody uploaded and makes of it what the channel plays; absent where nothing is played.
   * @param path the file as it came, not to be trusted in any way
   * @throws AppError recording.* with a sentence that says what is wrong with the file
   */
  takeRecording?(path: string, tools: RenderTools): Promise<TakenRecording>
  /** How the channel takes pictures, pages and films that it shows; absent where nothing is shown. */
  media?: MediaTaker
  /** What the rendition costs for `count` targets. Pure and quick. */
  estimate(rendition: Rendition<Content>, count: number, config: Config): Estimate
  /** The vendors in use, for people; absent for channels without a choice of vendors. Holds no secret and no account. */
  vendors?(config: Config): ChannelVendor[]
  open(config: Config, deps: ChannelDeps): Promise<Session<Content>>
}

/** One vendor of a channel as it is configured. */
export interface ChannelVendor {
  /** As VendorPort names it. */
  id: string
  name: Sentence
  /** Its share of the messages when all is well, in proportion to the other weights. */
  weight: number
  /** Price of one message part in đồng. */
  priceDong: number | undefined
  /** What its account may be given; undefined for no limit. */
  partsPerSecond: number | undefined
}

export type AudienceKind = 'citizens' | 'stations' | 'boards'

export interface ChannelTraits {
  /** The best this channel can ever know. No screen or report exceeds it. */
  bestEvidence: Evidence
  /** What a `confirmed` of this channel may rest on, weakest first, where it is not always the best evidence. */
  confirmedBy?: Evidence[]
  /**
   * What a second attempt does: `overwrites` (board, station shelf: harmless), `deduped` (the vendor drops repeats of
   * the same key), `unsafe` (a person would get it twice). Only `unsafe` targets become `unknown` after a kill.
   */
  repeat: 'overwrites' | 'deduped' | 'unsafe'
  /** Targets per `send` call at the most. */
  maxBatch: number
  /** True when routine messages must respect quiet hours. */
  quietHours: boolean
}

/** The approved announcement as a channel sees it. */
export interface RenderSource {
  announcementId: string
  revision: number
  content: AnnouncementContent
  /** For a channel with `read`: what is to be spoken, word for word. Absent: it reads for itself, without a dictionary. */
  reading?: ScriptReading
  /** Short public address of the announcement, or undefined when there is none. */
  publicUrl?: string
  /** Set in a demo instance: every rendition must say so. */
  demo: boolean
}

/** What a render may use besides its arguments. */
export interface RenderTools {
  /** A private empty folder, removed afterwards. */
  workDir: string
  signal: AbortSignal
  log: Log
  /** Keeps what is dear to make and the same for the same key, such as spoken pieces; absent: everything is made anew. */
  cache?: CachePort
  /**
   * A local copy of a stored file (a recording), by the SHA-256 of its bytes; the path lies in `workDir`.
   * @throws AppError recording.unknown when there is none
   */
  file?(sha256: string): Promise<string>
}

/** A place for bytes that can be made again: anything in it may be gone at any time, and nothing in it is ever half. */
export interface CachePort {
  /** @param key names content and everything it depends on (a hash); never rejects */
  get(key: string): Promise<Buffer | undefined>
  /** Keeps the bytes if there is room for them. Never rejects: a full disk costs time, not the work. */
  put(key: string, bytes: Buffer): Promise<void>
}

/** Files of a loudspeaker rendition, by name: what is broadcast, and the speech alone from which slots are joined. */
export const speechFiles = { broadcast: 'speech.mp3', track: 'voice.flac' } as const

/** Makes the file of one slot from the voice tracks of its items. Implemented by the loudspeaker channel. */
export interface StudioPort {
  /** Deterministic. @throws AppError audio.tool-missing | audio.silent | audio.failed | setup.disk-full */
  assemble(job: SlotJob, tools: RenderTools): Promise<SlotSound>
}

export interface SlotJob {
  title: string
  artist: string
  /** Silence before everything, for amplifiers that are switched on by the sound; 0 or up to 60. */
  powerOnLeadSeconds: number
  chime: boolean
  /** Written text, read aloud as the channel is configured, without the pronunciation dictionary; empty for none. */
  greeting: string
  signOff: string
  /** In the order of airing. `trackPath`: the rendition's voice.flac, or its speech.mp3 where it has none. `plays`: how often in a row. */
  parts: { id: string; trackPath: string; plays: number }[]
  gapSeconds: number
}

export interface SlotSound {
  path: string
  durationMs: number
  lufs: number
  dbtp: number
  sizeBytes: number
  /** Where each part is in the file, so that a player can leave one out and the log can say which was heard. */
  parts: { id: string; play: number; startMs: number; endMs: number }[]
}

/** Checks what somebody uploaded to be shown, and makes of it what the channel shows. Nothing of the file is trusted. */
export interface MediaTaker {
  /**
   * Looks at the first bytes before the rest has come.
   * @param head up to 4 KB
   * @returns bytes that a file of this kind may have
   * @throws AppError media.not-taken
   */
  bytesAllowed(head: Buffer): number
  /** @throws AppError media.* with a sentence that says what is wrong with the file */
  take(path: string, asked: MediaAsked, tools: MediaTools): Promise<TakenMedia>
  /** Small pictures (JPEG) of some pages of a PDF, for choosing one. @throws AppError media.* */
  pages(path: string, first: number, tools: MediaTools): Promise<MediaPages>
}

/** Which part of the upload is wanted. */
export interface MediaAsked {
  /** Of a PDF, from 1. */
  page: number
  /** Of a film: where the part that is shown begins. */
  fromSeconds: number
}

export interface MediaTools extends RenderTools {
  /** Told how much of the work is done, 0 to 1. */
  progress(share: number): void
}

/** An upload as it will be shown; files lie in the working folder. */
export interface TakenMedia {
  shape:
    | { kind: 'picture'; mime: 'image/jpeg' | 'image/png'; width: number; height: number }
    | { kind: 'video'; mime: 'video/mp4'; width: number; height: number; durationMs: number }
  file: { path: string; sizeBytes: number }
  /** Of a film: its first good frame (JPEG). */
  poster?: { path: string; sizeBytes: number }
  /** What it was, by its bytes. */
  original: {
    format: string
    width: number
    height: number
    durationSeconds?: number
    page?: number
    pages?: number
  }
  /** What was done to it, for the officer. */
  done: Sentence[]
  warnings: Sentence[]
}

export interface MediaPages {
  pages: number
  /** Of the first picture. */
  first: number
  pictures: Buffer[]
}

/** An uploaded recording as it will be played. */
export interface TakenRecording {
  /** In the working folder. */
  file: { name: string; mime: string; path: string; sizeBytes: number }
  /** What the upload was, by its bytes: `MP3`, `WAV`... */
  format: string
  durationSeconds: number
  /** Measured as it came: integrated loudness (LUFS) and sample peak (dB below full scale). */
  before: { lufs: number; peakDb: number }
  /** Measured on the finished file. */
  after: { lufs: number; dbtp: number }
  warnings: Sentence[]
}

export interface Rendition<Content> {
  /** JSON-serialisable; stored once, hashed, shared by all targets. Contains no bytes. */
  content: Content
  /** Files that belong to it (audio, pictures), stored by the hash of their bytes. */
  files: RenditionFile[]
  /** Sentences for the officer, e.g. an abbreviation that could not be read. */
  warnings: Sentence[]
}

export interface RenditionFile {
  /** Name within the rendition, e.g. `speech.mp3`. */
  name: string
  mime: string
  bytes: Buffer
}

export interface Estimate {
  /** Cost in đồng, when the configuration knows a price. */
  costDong?: number
  /** SMS parts per target. */
  parts?: number
  /** Seconds that the vendors need for all targets at the rates they are given. */
  sendSeconds?: number
  /** Seconds of air per station. */
  airSeconds?: number
  warnings: Sentence[]
}

/** What a session is given by the composition root. */
export interface ChannelDeps {
  log: Log
  now: () => Date
  /** Base address under which vendors and devices reach this instance, no trailing slash. */
  publicUrl: string
  /** Signs a path with an expiry: returns an absolute URL that `services/http` accepts until then. */
  signUrl: (path: string, expiresAt: Date) => string
  /** Opaque signed token that lets a citizen refuse further messages on one channel. */
  unsubscribeUrl: (channelId: string, citizenId: string) => string
  /** Sends one email (the email channel's transport, lent to channels that inform operators). */
  mail: MailPort
  /** Puts a rendition on the shelf of stations or boards. */
  shelf: ShelfPort
  /** Where a session puts receipts that its vendor pushes over the session's own connection (SMPP). */
  news: NewsPort
  /** Rate limits of vendors' accounts, shared by all worker processes. */
  pace: PacePort
  /** How the channel's messages are shared out among its vendors, for all worker processes alike. */
  vendors: VendorPort
}

export interface PacePort {
  /**
   * Waits for a turn at a vendor's account. Turns of one account are `parts / perSecond` seconds apart, whoever takes
   * them; an urgent one goes before all that has not begun to wait for its start. Ask for about 200 ms worth at a time,
   * since a turn cannot be given back.
   * @param account names the account at the vendor; holds no secret
   * @returns when the turn began, or undefined when `signal` fired first
   */
  take(
    account: string,
    turn: { parts: number; perSecond: number; urgent: boolean },
    signal: AbortSignal,
  ): Promise<Date | undefined>
}

export interface VendorPort {
  /**
   * Percent of the messages for each vendor now; sums to 100. May be a second old; never rejects.
   * @param weights configured weight by vendor: the shares when all is well
   */
  shares(weights: Record<string, number>): Promise<Record<string, number>>
  /** Tells of troubles that are the vendor's (no connection, failures, very slow answers). Never rejects. */
  report(weights: Record<string, number>, vendor: string, troubles: number): Promise<void>
}

export interface NewsPort {
  /** Resolves when the receipts are safely stored: only then may the vendor be told that they have come. */
  record(receipts: Receipt[]): Promise<void>
}

export interface MailPort {
  /** @returns the outcome of handing the message to the SMTP server. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<Outcome>
}

export interface OutgoingMail {
  to: string
  subject: string
  text: string
  html?: string
  /** Makes a repeat recognisable: becomes the Message-ID. */
  key: string
  headers?: Record<string, string>
}

/**
 * The shelf of a station or board: the set of items it should have now. Putting the same item twice changes nothing;
 * devices and feeds read from the shelf, so a channel that only fills shelves is safe to repeat.
 */
export interface ShelfPort {
  put(kind: 'stations' | 'boards', placeIds: string[], item: ShelfItem): Promise<void>
}

export interface ShelfItem {
  dispatchId: string
  renditionId: string
}

export interface CitizenTarget {
  id: string
  /** E.164 phone or email address, read freshly at the time of sending. */
  address: string
  fullName: string
}
export interface StationTarget {
  id: string
  name: string
  operatorEmail: string | null
  feedToken: string
}
export interface BoardTarget {
  id: string
  name: string
}
export type Target = CitizenTarget | StationTarget | BoardTarget

/** One call's worth of work: the same rendition for several targets of one dispatch. */
export interface Batch<Content> {
  dispatchId: string
  announcementId: string
  renditionId: string
  title: string
  priority: Priority
  expiresAt: Date | null
  content: Content
  /** Files of the rendition: name -> path below the public URL (to be signed) and size. */
  files: { name: string; path: string; mime: string; sizeBytes: number }[]
  targets: Target[]
  /** What `reserve` gave for this batch; absent where the session has no `reserve`. */
  slot?: Slot
}

/** A turn at a vendor: which one, and for how many targets. */
export interface Slot {
  count: number
  /** Short name of the vendor; kept with the chunk, so that what a kill leaves uncertain can be looked up there. */
  vendor: string
}

/** What the dispatch would like to hand over next. */
export interface Wish<Content> {
  /** Targets at the most. */
  count: number
  content: Content
  priority: Priority
  /** A vendor that could not take these targets a moment ago; another one is better. */
  avoid?: string
}

/** A message whose fate is unknown, as the vendor that may have it is asked about it. */
export interface LookupQuestion<Content> {
  dispatchId: string
  targetId: string
  address: string
  content: Content
  /** The reference that came with the unknown outcome; a killed worker leaves `<vendor>:` alone, or nothing. */
  ref: string | null
  /** The message was sent after this moment, if at all. */
  since: Date
}

export interface Session<Content> {
  /**
   * Waits for the vendor's rate limit and says how many targets may be handed over now, and to which vendor. It is asked
   * before the intent is marked: nobody who waits for a rate limit is ever uncertain, and the wait uses up no attempt.
   * Resolves early with a smaller count, never with 0 unless `signal` fired.
   */
  reserve?(wish: Wish<Content>, signal: AbortSignal): Promise<Slot>
  /**
   * Tries every target. Resolves to one outcome per target, same length and order, and never rejects for reasons
   * that belong to single targets. After `signal` fires: what has not been started is `retry` with code `aborted`.
   */
  send(batch: Batch<Content>, signal: AbortSignal): Promise<Outcome[]>
  /** Present when the vendor calls back. */
  receipts?: {
    /** @throws AppError auth.bad-token for a forged request; parsing problems give an empty list. */
    verifyAndParse(request: ReceiptRequest): Receipt[]
  }
  /**
   * Asks the vendor what became of messages; for resolving `unknown`. Answers only what the vendor knows for certain, with
   * our own ids; a message that certainly never arrived there is `rejected` with code `never-arrived`.
   */
  lookup?(asked: LookupQuestion<Content>[], signal: AbortSignal): Promise<Receipt[]>
  /** Asks the vendor to stop one message that it accepted. */
  cancel?(ref: string): Promise<'cancelled' | 'too-late'>
  health(): Promise<Health>
  close(): Promise<void>
}

/** A vendor's callback as it came in, before anything in it is trusted. */
export interface ReceiptRequest {
  method: string
  /** Absolute URL exactly as the vendor called it, query included (Twilio signs it). */
  url: string
  headers: Record<string, string | undefined>
  query: Record<string, string>
  /** Decoded form or JSON fields. */
  body: Record<string, string>
}

export interface Receipt {
  /** Vendor's message reference: the `ref` of an accepted outcome, or one of its `partRefs`. */
  ref: string
  /** Where the vendor's callback carries our own ids (put into the callback URL by us). */
  dispatchId?: string
  targetId?: string
  state: 'accepted' | 'confirmed' | 'rejected'
  code?: string
  at: Date
}

export interface Health {
  ok: boolean
  detail: Sentence
}

/** The small part of a logger that channels use. Never log a whole phone number or address. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** Keeps the type of a channel while checking it against the contract. */
export function defineChannel<Config, Content>(channel: Channel<Config, Content>): Channel<Config, Content> {
  return channel
}
