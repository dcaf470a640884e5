/** Whose protocol a text message came through: Twilio's REST API, an eSMS-shaped aggregator, SMPP 3.4. */
export const smsVendors = ['twilio', 'esms', 'smpp'] as const
export type SmsVendor = (typeof smsVendors)[number]

/** Whose protocol a text to be spoken came through: FPT.AI, Viettel AI, Google. */
export const speechVendors = ['fpt', 'viettel', 'google'] as const
export type SpeechVendor = (typeof speechVendors)[number]

/** Viet Nam: ten-digit mobile numbers since 2018, nine digits after +84. */
export function isVietnamMobile(e164: string): boolean {
  return /^\+84[35789]\d{8}$/.test(e164)
}

/** Landlines (02x and eight or nine more digits) receive no text messages. */
export function isVietnamLandline(e164: string): boolean {
  return /^\+842\d{8,9}$/.test(e164)
}

/** A sender that carriers take: brandname (at most 11 characters, one a letter), number, or short code. */
export function isSender(text: string): boolean {
  return /^\+?[1-9]\d{7,14}$|^(?=.*[A-Za-z])[\w. -]{1,11}$|^\d{3,6}$/.test(text)
}
