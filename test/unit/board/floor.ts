import { type Node, parse } from 'acorn'

/*
 * What Chrome 53 (TV sets of 2017) does not have, beyond syntax. Version in which each came, from the release notes of Chrome.
 */

/** Members of anything: nothing of ours has such a name for something else. */
const laterMembers: Record<string, number> = {
  // Elements and nodes
  append: 54,
  prepend: 54,
  before: 54,
  after: 54,
  replaceWith: 54,
  replaceChildren: 86,
  getAttributeNames: 61,
  toggleAttribute: 69,
  attachInternals: 77,
  checkVisibility: 105,
  getRootNode: 54,
  showPicker: 99,
  getAnimations: 84,
  part: 73,
  inert: 102,
  scrollend: 114,
  decode: 64,
  requestVideoFrameCallback: 83,
  // Built-in objects
  entries: 54,
  values: 54,
  fromEntries: 73,
  getOwnPropertyDescriptors: 54,
  hasOwn: 93,
  padStart: 57,
  padEnd: 57,
  trimStart: 66,
  trimEnd: 66,
  flat: 69,
  flatMap: 69,
  at: 92,
  findLast: 97,
  findLastIndex: 97,
  toSorted: 110,
  toReversed: 110,
  toSpliced: 110,
  replaceAll: 85,
  matchAll: 73,
  formatToParts: 57,
  description: 70,
  finally: 63,
  allSettled: 76,
  any: 85,
  withResolvers: 119,
  isWellFormed: 111,
  groupBy: 117,
  // Files and requests
  arrayBuffer: 76,
  stream: 76,
  signal: 66,
  randomUUID: 92,
  databases: 72,
  commit: 76,
  // Navigators
  locks: 69,
  userAgentData: 90,
  clipboard: 66,
  scheduling: 87,
  mediaSession: 57,
}
/** Objects and functions of the window. */
const laterGlobals: Record<string, number> = {
  AbortController: 66,
  AbortSignal: 66,
  ResizeObserver: 64,
  BroadcastChannel: 54,
  queueMicrotask: 71,
  structuredClone: 98,
  globalThis: 71,
  BigInt: 67,
  WeakRef: 84,
  FinalizationRegistry: 84,
  OffscreenCanvas: 69,
  Atomics: 68,
  SharedArrayBuffer: 68,
  ImageDecoder: 94,
  CompressionStream: 80,
  TransformStream: 67,
  WritableStream: 59,
  customElements: 54,
  ReportingObserver: 69,
  scheduler: 94,
  reportError: 95,
  cookieStore: 87,
  visualViewport: 61,
  URLPattern: 95,
}

/** What a script uses that Chrome 53 lacks: syntax that it cannot read, or names that it does not know. */
export function aboveTheFloor(script: string): string[] {
  let tree: Node
  try {
    // ES2016 is what Chrome 53 reads; asynchronous functions, spread in objects and commas after a last argument came later.
    tree = parse(script, { ecmaVersion: 7, sourceType: 'script', locations: true })
  } catch (error) {
    return [`syntax: ${error instanceof Error ? error.message : error}`]
  }
  const found: string[] = []
  walk(tree, undefined, '', (node, parent, role) => {
    const at = `line ${node.loc?.start.line}`
    if (node.type === 'Identifier') {
      const { name } = node as Node & { name: string }
      const member =
        parent?.type === 'MemberExpression' &&
        role === 'property' &&
        !(parent as unknown as { computed: boolean }).computed
      const label = parent?.type === 'Property' && role === 'key'
      if (member && Object.hasOwn(laterMembers, name)) found.push(`${at}: .${name} (Chrome ${laterMembers[name]})`)
      if (!member && !label && Object.hasOwn(laterGlobals, name))
        found.push(`${at}: ${name} (Chrome ${laterGlobals[name]})`)
    }
    const { regex } = node as Node & { regex?: { pattern: string; flags: string } }
    if (regex && (/\(\?<|\\p\{/.test(regex.pattern) || /[sdv]/.test(regex.flags)))
      found.push(`${at}: /${regex.pattern}/${regex.flags}`)
    const isCatch = node.type === 'CatchClause' && (node as unknown as { param: unknown }).param === null
    if (isCatch) found.push(`${at}: catch without a name`)
  })
  return found
}

function walk(
  node: Node,
  parent: Node | undefined,
  role: string,
  visit: (node: Node, parent: Node | undefined, role: string) => void,
) {
  visit(node, parent, role)
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof (child as Node).type === 'string')
        walk(child as Node, node, key, visit)
    }
  }
}
