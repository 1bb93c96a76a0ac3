// How fast bt checks what is on the disk, compared with what one core can hash.
//
// Each command's time on a torrent of one piece is taken off its time on the whole one: what is left is checking.
import { linkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BT } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { randomFile } from '../lib/content.mjs'
import { median, ratio } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'
import { PIECE_LENGTH } from '../lib/transfer.mjs'

const SHA1 = fileURLToPath(new URL('../limit/sha1.mjs', import.meta.url))
const ONE_CORE = 'SHA-1 on one core'

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
    const contestants = Object.entries(WAYS).map(([name, way]) => ({
      name,
      run: async () => {
        const seconds = (await secondsOf(lab, way, torrent)) - (await secondsOf(lab, way, one))
        return { mbps: (torrent.length - one.length) / 1e6 / seconds }
      },
    }))
    const results = await contest(lab, [{ name: ONE_CORE, run: async () => await hashing(lab) }, ...contestants])
    const speed = name => ratio(results, name, ONE_CORE, ({ mbps }) => mbps)
    const rows = [...results].map(([name, runs]) => [name, median(runs.map(({ mbps }) => mbps)), speed(name)])
    return {
      table: { head: ['checking', 'MB/s', 'to one core’s SHA-1 ×'], rows },
      figures: Object.fromEntries(results),
      goals: Object.keys(WAYS).map(name => ({
        what: `${name}, to one core's SHA-1`,
        value: speed(name),
        atLeast: 1.8,
      })),
    }
  },
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

async function hashing(lab) {
  const child = lab.spawn(process.execPath, [SHA1, String(lab.options.size)], lab.options.size)
  const [, mbps] = await child.line(/^sha1 ([\d.]+)$/m)
  await child.success()
  return { mbps: Number(mbps) }
}

function onePiece(lab) {
  const content = randomFile(lab.folder('content'), PIECE_LENGTH)
  const folder = lab.folder('torrent')
  return makeTorrent(content, { pieceLength: PIECE_LENGTH, folder, tracker: lab.tracker.url })
}
