import { join } from 'node:path'
import { speakProgramme } from '../../channels/loudspeaker/audio.ts'
import { espeakVoice } from '../../channels/loudspeaker/voices/espeak.ts'
import { isAppError } from '../../services/domain/errors.ts'
import { readAloud, splitForSpeech } from '../../services/text/speech/index.ts'
import { silentLog } from './server-keeper.ts'

/*
 * Makes one broadcast file in a process of its own: only there can a test put other programs first on the PATH.
 * Arguments: working folder, text, how long to wait for a program at the least (ms). Prints what came of it as one line of JSON.
 */
const [workDir = '', text = '', patience = '20000', abortAfterMs = '600000'] = process.argv.slice(2)
const patienceMs = Number(patience)
const startedAt = performance.now()
const abort = new AbortController()
setTimeout(() => abort.abort(new Error('the caller has no time left')), Number(abortAfterMs)).unref()
const result = await speakProgramme(
  splitForSpeech(readAloud(text).text),
  { voices: [espeakVoice('vi', patienceMs)], speed: 150 },
  { title: 'Thử', artist: 'Loa', powerOnLeadSeconds: 0, chime: true, form: 'mp3' },
  join(workDir, 'speech.mp3'),
  { workDir, signal: abort.signal, log: silentLog, patienceMs },
).then(
  ({ audio }) => ({ made: true, lufs: audio.lufs, seconds: audio.durationSeconds }),
  (error: unknown) => ({
    made: false,
    code: isAppError(error) ? error.code : 'other',
    message: error instanceof Error ? error.message : String(error),
  }),
)
process.stdout.write(`${JSON.stringify({ ...result, ms: Math.round(performance.now() - startedAt) })}\n`)
