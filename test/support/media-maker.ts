import { boardMedia } from '../../channels/board/media/take.ts'
import { isAppError } from '../../services/domain/errors.ts'
import { fromSources } from './board-media.ts'
import { silentLog } from './server-keeper.ts'

/*
 * Takes one upload for boards in a process of its own: only there can a test put other programs first on the PATH.
 * Arguments: working folder, file, how long a program may take (ms), when the uploader goes away (ms). Prints what came of
 * it as one line of JSON.
 */
const [workDir = '', path = '', timeoutMs = '', abortAfterMs = '600000'] = process.argv.slice(2)
const limit = Number(timeoutMs)
const gone = new AbortController()
setTimeout(() => gone.abort(new Error('the uploader went away')), Number(abortAfterMs)).unref()
const taker = boardMedia({ ...fromSources, pictureTimeoutMs: limit, pdfTimeoutMs: limit, videoTimeoutMs: limit })
const tools = { workDir, signal: gone.signal, log: silentLog, progress: () => {} }
const result = await taker.take(path, { page: 1, fromSeconds: 0 }, tools).then(
  () => ({ code: 'taken', message: '', vi: '' }),
  (error: unknown) => ({
    code: isAppError(error) ? error.code : 'other',
    message: error instanceof Error ? error.message : String(error),
    vi: isAppError(error) ? error.userMessage.vi : '',
  }),
)
process.stdout.write(`${JSON.stringify(result)}\n`)
