import { createRequire } from 'node:module'
import type { FromChild, ModelFiles, ToChild } from './piper-protocol.ts'

/*
 * A process of its own around sherpa-onnx, because the add-on ends the process that loads a bad model (`exit(-1)`), and a
 * crash in native code must never take a worker along. It knows nothing of Loa, has an empty environment, and ends when
 * its parent is gone.
 */

interface Tts {
  sampleRate: number
  numSpeakers: number
  generateAsync(job: {
    text: string
    sid: number
    speed: number
    /** The add-on's own buffers may not be handed to JavaScript in every build of Node. */
    enableExternalBuffer: boolean
  }): Promise<{ samples: Float32Array }>
}
interface SherpaOnnx {
  OfflineTts: { createAsync(config: object): Promise<Tts> }
}

const load = createRequire(import.meta.url)
let loaded: Promise<Tts> | undefined

function loadModel(files: ModelFiles): Promise<Tts> {
  const sherpa = load('sherpa-onnx-node') as SherpaOnnx
  return sherpa.OfflineTts.createAsync({
    model: {
      vits: {
        model: files.model,
        tokens: files.tokens,
        dataDir: files.dataDir,
        // No chance in voice and timing: the same text gives the same sound, which the approver has heard. The add-on
        // takes 0 for "not set"; this much is lost in the rounding of any sample.
        noiseScale: 1e-20,
        noiseScaleW: 1e-20,
        lengthScale: 1,
      },
      // More threads bring little (1.6 times with two); the other processor filters meanwhile.
      numThreads: 1,
      provider: 'cpu',
      debug: false,
    },
    maxNumSentences: 1,
  })
}

function toSamples(floats: Float32Array): Uint8Array {
  const samples = Buffer.alloc(floats.length * 2)
  floats.forEach((value, i) => {
    samples.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32_767), i * 2)
  })
  return samples
}

const answer = (message: FromChild) => process.send?.(message)
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 300)

async function obey(message: ToChild): Promise<void> {
  if (message.kind === 'load') {
    try {
      loaded = loadModel(message.files)
      const { sampleRate, numSpeakers } = await loaded
      const { version } = load('sherpa-onnx-node/package.json') as { version: string }
      answer({ kind: 'ready', rate: sampleRate, speakers: numSpeakers, version })
    } catch (error) {
      answer({ kind: 'unusable', reason: reasonOf(error) })
    }
    return
  }
  const { id, text, speaker, speed } = message
  try {
    const tts = await loaded
    if (!tts) throw new Error('no model is loaded')
    const { samples } = await tts.generateAsync({ text, sid: speaker, speed, enableExternalBuffer: false })
    answer({ kind: 'spoken', id, samples: toSamples(samples) })
  } catch (error) {
    answer({ kind: 'failed', id, reason: reasonOf(error) })
  }
}

process.on('message', (message: ToChild) => void obey(message))
process.on('disconnect', () => process.exit(0))
