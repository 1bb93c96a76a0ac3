// How fast bt checks what is on the disk, compared with what one core can hash, and with threads that only read and hash.
//
// Each command's time on a torrent of one piece is taken off its time on the whole one: what is left is checking.
import { linkSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BT } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { randomFile } from '../lib/content.mjs'
import { median } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'
import { PIECE_LENGTH } from '../lib/transfer.mjs'

const SHA1 = fileURLToPath(new URL('../limit/sha1.mjs', import.meta.url))
const LIMIT = fileURLToPath(new URL('../limit/check.mjs', import.meta.url))
/** It is short, and what is taken off it is noise. */
const ROUNDS_PER_RUN = 2
const ONE_CORE = 'SHA-1 on one core'
/** As many as bt has at most. */
const THREADS = Math.min(8, availableParallelism())

/** What checks, by what it says to users. */
const WAYS = {
  'bt verify': { args: ({ file, content }) => ['verify', file, content.folder], checked: child => child.success() },
  'bt seed': {
    args: ({ file, content }) => ['seed', file, content.folder, '--json'],
    checked: child => child.line(/"event":"listening"/),
  },
  'bt download, resumed': { args: resumeArguments, checked: child => child.success() },
}

/** @type {import('./index.mjs').Case} */
export const check = {
  name: 'check',
  title: 'Checking data that is there, all of it',
  async run(lab) {
    const torrent = await lab.torrent(PIECE_LENGTH)
    const one = onePiece(lab)
    const bytes = torrent.length - one.length
    const contestants = Object.entries(WAYS).map(([name, way]) => ({
      name,
      run: async () => ({ whole: await secondsOf(lab, way, torrent), one: await secondsOf(lab, way, one) }),
    }))
    const hasher = { name: ONE_CORE, run: async () => ({ whole: await hashing(lab, bytes), one: 0 }) }
    const limit = {
      name: `limit, threads: ${THREADS}`,
      run: async () => ({ whole: await limitOf(lab, torrent), one: await limitOf(lab, one) }),
    }
    const results = await contest(lab, [hasher, ...contestants, limit], ROUNDS_PER_RUN * lab.options.runs)
    const mbps = name => bytes / 1e6 / checkingSeconds(results.get(name) ?? [])
    const toOneCore = name => (mbps(name) > 0 ? mbps(name) / mbps(ONE_CORE) : undefined)
    return {
      table: {
        head: ['checking', 'MB/s', 'to one core’s SHA-1 ×'],
        rows: [...results].map(([name]) => [name, mbps(name), toOneCore(name)]),
      },
      figures: Object.fromEntries(results),
      goals: Object.keys(WAYS).map(name => ({
        what: `${name}, to one core's SHA-1`,
        value: toOneCore(name),
        atLeast: 1.8,
      })),
    }
  },
}

/** Medians first: what starts a program varies by as much as checking takes. */
function checkingSeconds(runs) {
  return median(runs.map(({ whole }) => whole)) - median(runs.map(({ one }) => one))
}

async function secondsOf(lab, { args, checked }, torrent) {
  const start = performance.now()
  const child = lab.spawn(process.execPath, [BT, ...args(torrent, lab)], torrent.length)
  try {
    await checked(child)
    return (performance.now() - start) / 1000
  } finally {
    await child.stop()
  }
}

/** A download whose data is there but not the record of it. */
function resumeArguments({ file, content }, lab) {
  const out = lab.folder('resume')
  linkSync(join(content.folder, content.name), join(out, content.name))
  return ['download', file, '-o', join(out, content.name), '--json']
}

async function hashing(lab, bytes) {
  return await seconds(lab, [SHA1, String(bytes)], bytes)
}

async function limitOf(lab, { content, file, length }) {
  return await seconds(lab, [LIMIT, join(content.folder, content.name), file, String(THREADS)], length)
}

/** What a program of ours says that it took. */
async function seconds(lab, args, bytes) {
  const child = lab.spawn(process.execPath, args, bytes)
  const [, printed] = await child.line(/^seconds ([\d.]+)$/m)
  await child.success()
  return Number(printed)
}

function onePiece(lab) {
  const content = randomFile(lab.folder('content'), PIECE_LENGTH)
  const folder = lab.folder('torrent')
  return makeTorrent(content, { pieceLength: PIECE_LENGTH, folder, tracker: lab.tracker.url })
}
