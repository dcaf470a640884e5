/*
 * Personal data and secrets never reach a log (Law 91/2025/QH15 on personal data; design: "never in logs"). The rules
 * work on finished text and rather hide a harmless number than show a phone: better a dull log than a leak.
 */

const RULES: [RegExp, string][] = [
  // JSON fields by their name.
  [
    /("[^"]{0,60}(?:password|passwd|secret|token|authorization|cookie|api_?key|auth_?token)":\s*")(?:[^"\\]|\\.)+/gi,
    '$1***',
  ],
  // user:password@ in addresses of databases, queues and mail servers.
  [/(:\/\/[^\s:@/"]*):[^\s@"]+@/g, '$1:***@'],
  // Signatures and tokens in query strings.
  [/([?&](?:sig|token|key|password)=)[^&\s"\\]+/gi, '$1***'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/g, '$1 ***'],
  // Email: the first letter and the domain stay, enough to follow a support case. No backslash: JSON escapes end there.
  [/([\p{L}\p{N}])[\p{L}\p{N}._%+'-]{0,64}@([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)/gu, '$1***@$2'],
  // E.164 and Vietnamese national numbers, also in groups (0912 345 678, +84-91-234-5678): the last three digits stay.
  // Before it may stand a JSON escape or a plus sign encoded for an address.
  [
    /(?:(?<![\w.-])|(?<=\\[nrt]|%2B))(?:\+\d|00|84(?=[\s.-]?\d{2,3}[\s.-]?\d{3})|0(?=\d))(?:[\s.-]?\d){5,12}((?:[\s.-]?\d){3})(?![\w:]|[.-]\d)/g,
    '***$1',
  ],
]

/** Hides phone numbers, email addresses, passwords, tokens and signatures in a line of log. */
export function redact(text: string): string {
  return RULES.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text)
}
