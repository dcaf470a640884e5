import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../services/domain/errors.ts'
import type { ModelFiles } from './piper-protocol.ts'

/**
 * The files of a model folder, as the models for sherpa-onnx are published: one `.onnx`, `tokens.txt` and the folder
 * `espeak-ng-data`. Checked here because the add-on ends its process for a missing file without saying much.
 * @throws AppError audio.failed naming what is missing
 */
export async function modelFiles(folder: string): Promise<ModelFiles> {
  const names = await readdir(folder).catch(() => undefined)
  if (!names) throw piperUnusable('không đọc được thư mục mô hình', 'the model folder cannot be read', folder)
  const models = names.filter(name => name.endsWith('.onnx')).sort()
  if (models[0] === undefined) {
    throw piperUnusable('thư mục mô hình không có tệp .onnx', 'the model folder holds no .onnx file', folder)
  }
  if (models.length > 1) {
    throw piperUnusable('thư mục mô hình có nhiều tệp .onnx', 'the model folder holds more than one .onnx file', folder)
  }
  for (const needed of ['tokens.txt', 'espeak-ng-data']) {
    if (names.includes(needed)) continue
    throw piperUnusable(`thư mục mô hình thiếu ${needed}`, `the model folder lacks ${needed}`, folder)
  }
  return {
    model: join(folder, models[0]),
    tokens: join(folder, 'tokens.txt'),
    dataDir: join(folder, 'espeak-ng-data'),
  }
}

const fingerprints = new Map<string, string>()

/** Hash of the model and its tokens; a file of 60 MB is read again only when its size or date has changed. */
export async function fingerprint({ model, tokens }: ModelFiles): Promise<string> {
  const paths = [model, tokens]
  const states = await Promise.all(paths.map(path => stat(path)))
  const key = JSON.stringify([paths, states.map(({ size, mtimeMs, ino }) => [size, mtimeMs, ino])])
  const known = fingerprints.get(key)
  if (known) return known
  const hash = createHash('sha256')
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk)
  const made = hash.digest('hex').slice(0, 32)
  fingerprints.set(key, made)
  return made
}

/**
 * The error for a Piper voice that cannot speak, in words for the officer; the folder and the add-on's own words are for
 * the log.
 */
export function piperUnusable(vi: string, en: string, detail: string, cause?: unknown): AppError {
  return new AppError(
    'audio.failed',
    {
      vi: `Giọng đọc Piper không dùng được: ${vi}. Ông/Bà vui lòng báo quản trị viên.`,
      en: `The Piper voice cannot be used: ${en}. Please tell the administrator.`,
    },
    { message: `piper: ${en}: ${detail}`, cause },
  )
}
