import { readCsv } from '../../services/people/csv.ts'

/*
 * Reads a CSV of 128 MB that is made while it is read, with one broken line in it, and prints what came out. A process of its
 * own, so that a test can bound its heap.
 */
const blockRows = 20_000
const pieceBytes = 65_536
const lines = Array.from({ length: blockRows }, (_, i) => `ô ${100_000 + i},${i}`)
const block = Buffer.from(`${lines.join('\n')}\n`)
const blocks = Math.ceil((128 * 1024 * 1024) / block.length)

async function* huge(): AsyncGenerator<Buffer> {
  yield Buffer.from('a,b\n')
  for (let i = 0; i < blocks; i += 1) {
    if (i === 300) yield Buffer.from('"hỏng,1\n')
    for (let at = 0; at < block.length; at += pieceBytes) yield block.subarray(at, at + pieceBytes)
  }
}

let rows = 0
const brokenAt: number[] = []
for await (const batch of readCsv(huge())) {
  rows += batch.length
  for (const row of batch) if (row.broken) brokenAt.push(row.row)
}
process.stdout.write(JSON.stringify({ expected: 1 + blocks * blockRows + 1, rows, brokenAt }))
