/**
 * The address of a file of this server as this page should ask for it. The server signs absolute addresses for
 * devices and emails; a console opened under another name of the same machine (localhost, an internal name) would be
 * refused by its own content security policy, so only path and query are used. The signature covers just those.
 */
export function ownAddress(url: string): string {
  const match = /^https?:\/\/[^/]+(\/.*)$/.exec(url)
  return match?.[1] ?? url
}
