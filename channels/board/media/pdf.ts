import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppError, Sentence } from '../../../services/domain/errors.ts'
import type { MediaPages, MediaTools, TakenMedia } from '../../contract.ts'
import { decode, type MediaSettings, shownAs } from './picture.ts'
import { runMediaTool } from './programs.ts'
import { limits, locked, noSuchPage, pageOutOfShape, tooManyPages, unreadable } from './refusals.ts'
import { letterSizes, tooSmallToRead } from './text-size.ts'

/** A page that takes more than this to draw is drawn by nobody. */
const memoryBytes = 1_500 * 1024 ** 2
/** A page this much longer than wide is a strip. */
const longestShape = 8
/** Pictures of pages at a time, and their longer side: enough to tell pages apart. */
export const thumbnails = { count: 12, side: 260 } as const

/** What pdfinfo says of a page, in points. */
interface PdfPage {
  pages: number
  width: number
  height: number
}

/**
 * Makes of one page of a PDF what boards show: drawn by poppler, then treated like any picture.
 * @throws AppError media.* | setup.disk-full
 */
export async function takePage(
  path: string,
  page: number,
  tools: MediaTools,
  settings: MediaSettings,
): Promise<TakenMedia> {
  const about = await inspect(path, page, tools, settings)
  const drawn = join(tools.workDir, 'page')
  const which = ['-f', String(page), '-l', String(page)]
  const draw = ['-png', '-singlefile', '-scale-to', String(limits.side), ...which, path, drawn]
  await runMediaTool('pdftoppm', draw, runOptions(tools, settings), words => unreadable('pdf', new Error(words)))
  tools.progress(0.5)
  const made = await decode(`${drawn}.png`, { mayBePng: true, pdf: true }, tools, settings)
  await rm(`${drawn}.png`)
  const sizes = letterSizes(await textBoxes(path, which, tools, settings))
  const drawnAs: Sentence = {
    vi: `Trang ${page} trong ${about.pages} trang của tệp PDF, vẽ thành ảnh ${made.width} × ${made.height} điểm ảnh`,
    en: `Page ${page} of ${about.pages} of the PDF, drawn with ${made.width} x ${made.height} pixels`,
  }
  return {
    ...(await shownAs(made)),
    original: {
      format: 'PDF',
      width: Math.round(about.width),
      height: Math.round(about.height),
      page,
      pages: about.pages,
    },
    done: [drawnAs],
    warnings: tooSmallToRead(sizes),
  }
}

/** Small pictures of the pages from `first` on. @throws AppError media.* */
export async function pagePictures(
  path: string,
  first: number,
  tools: MediaTools,
  settings: MediaSettings,
): Promise<MediaPages> {
  const { pages } = await inspect(path, first, tools, settings)
  const last = Math.min(pages, first + thumbnails.count - 1)
  const which = ['-f', String(first), '-l', String(last)]
  const draw = ['-jpeg', '-scale-to', String(thumbnails.side), ...which, path, join(tools.workDir, 'thumb')]
  await runMediaTool('pdftoppm', draw, runOptions(tools, settings), words => unreadable('pdf', new Error(words)))
  // Numbers in the names are as wide as the last page's, so their order is that of the pages.
  const names = (await readdir(tools.workDir)).filter(name => /^thumb-\d+\.jpg$/.test(name)).sort()
  return { pages, first, pictures: await Promise.all(names.map(name => readFile(join(tools.workDir, name)))) }
}

async function inspect(path: string, page: number, tools: MediaTools, settings: MediaSettings): Promise<PdfPage> {
  const about = await pdfInfo(path, 1, tools, settings)
  if (about.pages > limits.pdfPages) throw tooManyPages(about.pages)
  if (page > about.pages) throw noSuchPage(page, about.pages)
  const { width, height } = page === 1 ? about : await pdfInfo(path, page, tools, settings)
  const long = Math.max(width, height)
  if (long > limits.pagePoints || long / Math.min(width, height) > longestShape) throw pageOutOfShape(width, height)
  return { pages: about.pages, width, height }
}

async function pdfInfo(path: string, page: number, tools: MediaTools, settings: MediaSettings): Promise<PdfPage> {
  const args = ['-f', String(page), '-l', String(page), path]
  const out = (await runMediaTool('pdfinfo', args, runOptions(tools, settings), refusal)).toString('utf8')
  const pages = Number(/^Pages:\s+(\d+)/m.exec(out)?.[1])
  const [, width, height] = /^Page\s+\d+ size:\s+([\d.]+) x ([\d.]+)/m.exec(out) ?? []
  const turned = [90, 270].includes(Number(/^Page\s+\d+ rot:\s+(\d+)/m.exec(out)?.[1]))
  if (!(pages >= 1) || !(Number(width) > 0) || !(Number(height) > 0))
    throw unreadable('pdf', new Error(out.slice(0, 300)))
  const [across, down] = turned ? [height, width] : [width, height]
  return { pages, width: Number(across), height: Number(down) }
}

function refusal(words: string): AppError {
  return /password|encrypt/i.test(words) ? locked() : unreadable('pdf', new Error(words))
}

/** Where each word of the page stands. A page whose text cannot be had is shown all the same. */
async function textBoxes(path: string, which: string[], tools: MediaTools, settings: MediaSettings): Promise<string> {
  try {
    const args = ['-bbox', ...which, path, '-']
    const out = await runMediaTool('pdftotext', args, runOptions(tools, settings), words =>
      unreadable('pdf', new Error(words)),
    )
    return out.toString('utf8')
  } catch (error) {
    tools.signal.throwIfAborted()
    tools.log.info({ error }, 'boards: the text of a page was not measured')
    return ''
  }
}

function runOptions(tools: MediaTools, settings: MediaSettings) {
  return {
    signal: tools.signal,
    timeoutMs: settings.pdfTimeoutMs,
    maxOutputBytes: 16 * 1024 ** 2,
    maxMemoryBytes: memoryBytes,
  }
}
