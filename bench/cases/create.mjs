// How fast a torrent is made, compared with mktorrent with a thread for each core. Both programs are timed from their start to
// their end, and must give the same info dictionary.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { BT } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { randomFiles } from '../lib/content.mjs'
import { median, ratio } from '../lib/stats.mjs'
import { version } from '../lib/tools.mjs'
import { PIECE_LENGTH } from '../lib/transfer.mjs'

const ANNOUNCE = 'http://127.0.0.1:6969/announce'
const FILES = { count: 20_000, perFolder: 1000 }
/** Of files so small, opening them is nearly all there is to do. */
const TINY = 10 * 1024
const TINY_PIECE = 2 ** 18
/** It is short beside a transfer. */
const ROUNDS_PER_RUN = 2

const WAYS = {
  bt: { program: process.execPath, args: btArguments },
  mktorrent: { program: 'mktorrent', args: mktorrentArguments },
}

/** @type {import('./index.mjs').Case} */
export const create = {
  name: 'create',
  title: 'Making a torrent, all cores hashing',
  async run(lab) {
    if (version('mktorrent', ['-h']) === undefined) lab.note('   mktorrent is not here: only bt is measured')
    const contents = {
      'one file': { content: await lab.randomFile(), pieceLength: PIECE_LENGTH },
      '20,000 files': { content: filesOf(lab, Math.ceil(lab.options.size / FILES.count)), pieceLength: PIECE_LENGTH },
      '20,000 files of 10 KiB': { content: filesOf(lab, TINY), pieceLength: TINY_PIECE },
    }
    const results = await contest(lab, contestants(lab, contents), ROUNDS_PER_RUN * lab.options.runs)
    const speed = what => ratio(results, `bt, ${what}`, `mktorrent, ${what}`, ({ mbps }) => mbps)
    return {
      table: table(results, speed),
      figures: Object.fromEntries(results),
      goals: Object.keys(contents).map(what => ({ what: `${what}, to mktorrent`, value: speed(what), atLeast: 0.9 })),
    }
  },
}

function filesOf(lab, length) {
  return randomFiles(lab.folder('content'), { ...FILES, length })
}

function contestants(lab, contents) {
  const here = Object.entries(WAYS).filter(([name]) => name === 'bt' || version(name, ['-h']) !== undefined)
  return Object.entries(contents).flatMap(([what, { content, pieceLength }]) => {
    const infos = new Set()
    return here.map(([name, { program, args }]) => ({
      name: `${name}, ${what}`,
      run: async () => {
        const torrent = join(lab.folder('torrent'), 'made.torrent')
        const length = content.files.reduce((sum, file) => sum + file.length, 0)
        const start = performance.now()
        const child = lab.spawn(program, args({ content, pieceLength, torrent }), length)
        await child.success()
        const seconds = (performance.now() - start) / 1000
        infos.add(infoOf(torrent))
        if (infos.size > 1) throw new Error('its info dictionary is another one')
        return { mbps: length / 1e6 / seconds, cpu: child.cpu(), memory: child.peak() / 2 ** 20 }
      },
    }))
  })
}

function btArguments({ content, pieceLength, torrent }) {
  const path = join(content.folder, content.name)
  return [BT, 'create', path, '-o', torrent, '--tracker', ANNOUNCE, '--piece-length', String(pieceLength)]
}

function mktorrentArguments({ content, pieceLength, torrent }) {
  const flags = ['-l', String(Math.log2(pieceLength)), '-t', String(availableParallelism()), '-d']
  return [...flags, '-a', ANNOUNCE, '-o', torrent, join(content.folder, content.name)]
}

/** Without web seeds it is the last value of the torrent. */
function infoOf(torrent) {
  const bytes = readFileSync(torrent)
  return bytes.subarray(bytes.indexOf('4:info')).toString('latin1')
}

function table(results, speed) {
  const rows = [...results].map(([name, runs]) => {
    const of = key => median(runs.map(result => result[key]))
    const [program, what] = name.split(/, (.*)/)
    return [name, of('mbps'), of('cpu'), of('memory'), program === 'bt' ? speed(what) : undefined]
  })
  return { head: ['making', 'MB/s', 'CPU s', 'peak MiB', 'to mktorrent ×'], rows }
}
