// A network of our own (loopback only), processes that all end with the benchmark, and a tmpfs that vanishes with it:
// the benchmark runs itself again inside new namespaces.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Every address of it is local on `lo`: each peer can have one of its own, as in a real swarm. */
export const SUBNET = '10.77'

const MARK = 'BT_BENCH_SCRATCH'
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
/** As root, or as the root of a user namespace. */
const WAYS = [NAMESPACES, ['-r', ...NAMESPACES]]
/** More than half of the memory, which is the default: source and copy must fit. */
const SET_UP = `ip link set lo up && ip addr add ${SUBNET}.0.1/16 dev lo && mount -t tmpfs -o size=90% bench "$${MARK}"`

export const insideNamespace = () => process.env[MARK] !== undefined

/** Where the tmpfs is that the namespace brought along. */
export const scratchMount = () => process.env[MARK]

/** Calls back when the outer one has gone, however it ended: its end of our standard input is closed then. */
export function onOrphaned(callback) {
  process.stdin.once('end', callback).resume().unref()
}

/** Runs this program again, inside. @returns {Promise<number>} its exit code */
export async function enterNamespace() {
  const mount = mkdtempSync(join(tmpdir(), 'bt-bench-'))
  try {
    const env = { ...process.env, [MARK]: mount }
    const works = way => spawnSync('unshare', [...way, 'sh', '-c', SET_UP], { env }).status === 0
    const way = WAYS.find(works)
    if (way === undefined) {
      console.error('The benchmark needs unshare and ip, and root or user namespaces: it has a network of its own.')
      return 1
    }
    // The terminal's Ctrl-C reaches the inner one too, which tidies up and ends: that is waited for.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
    const script = `${SET_UP} && exec "$@"`
    const inner = [process.execPath, ...process.argv.slice(1)]
    const child = spawn('unshare', [...way, 'sh', '-c', script, 'sh', ...inner], {
      env,
      stdio: ['pipe', 'inherit', 'inherit'],
    })
    const [code] = await once(child, 'exit')
    return code ?? 1
  } finally {
    rmdirSync(mount)
  }
}
