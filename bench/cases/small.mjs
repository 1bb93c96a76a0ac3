// Many small pieces and many small files: what they cost beyond bytes must not cost bt more than it costs libtorrent.
import { contest } from '../lib/contest.mjs'
import { randomFiles } from '../lib/content.mjs'
import { median, ratio } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'
import { PIECE_LENGTH, transfer } from '../lib/transfer.mjs'

const SMALL_PIECE = 2 ** 16
const FILES = { count: 20_000, length: 10 * 1024, perFolder: 1000 }
/** What clients choose for a torrent of 200 MiB. */
const FILES_PIECE = 2 ** 18

const REFERENCE = '1 MiB pieces'
const SMALL = ['64 KiB pieces', '20,000 files']

/** @type {import('./index.mjs').Case} */
export const small = {
  name: 'small',
  title: 'Many small pieces, many small files; one libtorrent seeder',
  needs: ['libtorrent'],
  async run(lab) {
    const results = await contest(lab, await contestants(lab))
    const speed = what => ratio(results, `bt, ${what}`, `libtorrent, ${what}`, ({ mbps }) => mbps)
    const goals = SMALL.map(what => ({
      what: `${what}: ratio to libtorrent, compared with that of ${REFERENCE}`,
      value: against(speed(what), speed(REFERENCE)),
      atLeast: 1,
    }))
    return { table: table(results, speed), figures: Object.fromEntries(results), goals }
  },
}

async function contestants(lab) {
  const [seeder] = lab.clients('libtorrent')
  if (seeder === undefined) return []
  const torrents = [
    [REFERENCE, await lab.torrent(PIECE_LENGTH)],
    ['64 KiB pieces', await lab.torrent(SMALL_PIECE)],
    ['20,000 files', manyFiles(lab)],
  ]
  return torrents.flatMap(([what, torrent]) =>
    lab.clients('bt', 'libtorrent').map(leech => ({
      name: `${leech.name}, ${what}`,
      run: async () => await transfer(lab, { seeds: [seeder], leech, torrent }),
    })),
  )
}

function manyFiles(lab) {
  const content = randomFiles(lab.folder('content'), FILES)
  return makeTorrent(content, { pieceLength: FILES_PIECE, folder: lab.folder('torrent'), tracker: lab.tracker.url })
}

function against(ratio, reference) {
  return ratio === undefined || reference === undefined ? undefined : ratio / reference
}

function table(results, speed) {
  const head = ['downloading', 'MB/s', 'CPU s/GiB', 'peak MiB', 'bt: speed ×']
  const rows = [...results].map(([name, transfers]) => {
    const of = key => median(transfers.map(result => result[key]))
    const [client, what] = name.split(/, (.*)/)
    return [name, of('mbps'), of('cpu'), of('memory'), client === 'bt' ? undefined : speed(what)]
  })
  return { head, rows }
}
