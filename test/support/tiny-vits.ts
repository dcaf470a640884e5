import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/*
 * A model of a few hundred bytes that sherpa-onnx takes for a Piper voice. It hums: a tone per phoneme, louder with the
 * phoneme's number, longer with the length scale, with noise by the noise scale. Real Vietnamese needs 60 MB of weights,
 * which are not part of this repository; everything around the weights is the same.
 */

/** Samples per second that the model claims. */
export const tinyRate = 16_000
/** Samples per phoneme at normal speed. */
const perPhoneme = 1_024

// Protocol buffers, as far as ONNX needs them: https://protobuf.dev/programming-guides/encoding/
function varint(n: number): Buffer {
  const bytes: number[] = []
  let rest = n
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}
const number = (field: number, value: number) => Buffer.concat([varint(field << 3), varint(value)])
function bytes(field: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map(part => Buffer.from(part)))
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
}

const float32 = 1
const int64 = 7

function floats(name: string, dims: number[], values: number[]): Buffer {
  const raw = Buffer.alloc(values.length * 4)
  values.forEach((value, i) => {
    raw.writeFloatLE(value, i * 4)
  })
  return bytes(5, ...dims.map(d => number(1, d)), number(2, float32), bytes(8, name), bytes(9, raw))
}
function ints(name: string, values: number[]): Buffer {
  const raw = Buffer.alloc(values.length * 8)
  values.forEach((value, i) => {
    raw.writeBigInt64LE(BigInt(value), i * 8)
  })
  return bytes(5, number(1, values.length), number(2, int64), bytes(8, name), bytes(9, raw))
}
function node(op: string, inputs: string[], output: string, to?: number): Buffer {
  // Only Cast has an attribute here: `to`, an integer (type 2).
  const attribute = to === undefined ? '' : bytes(5, bytes(1, 'to'), number(3, to), number(20, 2))
  return bytes(1, ...inputs.map(input => bytes(1, input)), bytes(2, output), bytes(4, op), attribute)
}
function value(field: number, name: string, type: number, dims: (number | string)[]): Buffer {
  const shape = dims.map(d => bytes(1, typeof d === 'number' ? number(1, d) : bytes(2, d)))
  return bytes(field, bytes(1, name), bytes(2, bytes(1, number(1, type), bytes(2, ...shape))))
}

function onnx(): Buffer {
  const tone = Array.from({ length: 128 }, (_, i) => Math.sin((2 * Math.PI * i * 4) / 128))
  // Tile wants repeats for each of three dimensions: [1, 1, repeats].
  const concat = bytes(
    1,
    ...['oneone', 'repeats'].map(input => bytes(1, input)),
    bytes(2, 'tiling'),
    bytes(4, 'Concat'),
    bytes(5, bytes(1, 'axis'), number(3, 0), number(20, 2)),
  )
  const nodes = [
    node('Cast', ['input'], 'ids', float32),
    node('Unsqueeze', ['ids', 'two'], 'column'),
    node('Mul', ['column', 'volume'], 'loudness'),
    node('Slice', ['scales', 'one', 'two', 'zero'], 'length'),
    node('Mul', ['length', 'eight'], 'repeats_f'),
    node('Cast', ['repeats_f'], 'repeats', int64),
    concat,
    node('Tile', ['tone', 'tiling'], 'hum'),
    node('Mul', ['loudness', 'hum'], 'clean'),
    node('RandomNormalLike', ['clean'], 'noise'),
    node('Slice', ['scales', 'zero', 'one', 'zero'], 'noisiness'),
    node('Mul', ['noise', 'noisiness'], 'hiss'),
    node('Add', ['clean', 'hiss'], 'voice'),
    node('Reshape', ['voice', 'shape'], 'output'),
  ]
  const initializers = [
    floats('volume', [1], [0.004]),
    floats('eight', [1], [perPhoneme / 128]),
    floats('tone', [1, 1, 128], tone),
    ints('zero', [0]),
    ints('one', [1]),
    ints('two', [2]),
    ints('oneone', [1, 1]),
    ints('shape', [1, 1, 1, -1]),
  ]
  const interfaces = [
    value(11, 'input', int64, ['batch', 'phonemes']),
    value(11, 'input_lengths', int64, ['batch']),
    value(11, 'scales', float32, [3]),
    value(12, 'output', float32, ['batch', 1, 1, 'time']),
  ]
  const metadata = Object.entries({
    model_type: 'vits',
    comment: 'piper',
    language: 'Vietnamese',
    voice: 'vi',
    has_espeak: '1',
    n_speakers: '1',
    sample_rate: String(tinyRate),
  }).map(([key, text]) => bytes(14, bytes(1, key), bytes(2, text)))
  return Buffer.concat([
    number(1, 8),
    bytes(2, 'loa-test'),
    bytes(7, ...nodes, bytes(2, 'tiny'), ...initializers, ...interfaces),
    bytes(8, bytes(1, ''), number(2, 13)),
    ...metadata,
  ])
}

/** The phoneme table of Piper models: padding, beginning and end first, then the letters of the phonetic alphabet. */
function tokens(): string {
  const symbols = ['_', '^', '$', ' ', '!', "'", '(', ')', ',', '-', '.', ':', ';', '?']
  const phonetic =
    'abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞βθχᵻⱱ0123456789'
  return [...symbols, ...phonetic].map((symbol, id) => `${symbol} ${id}\n`).join('')
}

/** Where the installed espeak-ng keeps its rules; the add-on reads the same files. */
export async function espeakData(): Promise<string> {
  const { stdout } = await promisify(execFile)('espeak-ng', ['--version'])
  return /Data at: (\S.*)/.exec(stdout)?.[1]?.trim() ?? ''
}

/** Lays out a model folder as PIPER_MODEL wants it. @returns its path */
export async function tinyModel(parent: string): Promise<string> {
  const folder = join(parent, 'tiny-vits')
  await mkdir(folder)
  await writeFile(join(folder, 'tiny.onnx'), onnx())
  await writeFile(join(folder, 'tokens.txt'), tokens())
  await symlink(await espeakData(), join(folder, 'espeak-ng-data'))
  return folder
}
