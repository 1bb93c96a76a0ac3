/** Which of the programs that interop tests need are here, and where the others come from. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { wayIn } from './namespace.ts'

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined
}

function succeeds(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

const TOOLS = {
  aria2: { from: 'aria2', here: () => succeeds('aria2c', '--version') },
  bt: { from: 'with npm run build', here: () => existsSync(new URL('../../../bundle/main.js', import.meta.url)) },
  libtorrent: {
    from: "python3-libtorrent, for the system's own Python",
    here: () => succeeds('/usr/bin/python3', '-c', 'import libtorrent'),
  },
  mktorrent: { from: 'mktorrent', here: () => runs('mktorrent', '-h') },
  namespace: {
    from: 'util-linux and iproute2, and root or user namespaces',
    here: () => succeeds('nsenter', '--version') && wayIn() !== undefined,
  },
  opentracker: { from: 'opentracker', here: () => runs('opentracker', '-h') },
  python: { from: 'python3', here: () => succeeds('/usr/bin/python3', '--version') },
  transmission: { from: 'transmission-cli', here: () => runs('transmission-cli', '--version') },
}

export type Tool = keyof typeof TOOLS

const known = new Map<Tool, boolean>()

/** Those of `needs` that are not here, each with the package that brings it. */
export function missing(needs: readonly Tool[]): string[] {
  const absent = needs.filter(tool => {
    const here = known.get(tool) ?? TOOLS[tool].here()
    known.set(tool, here)
    return !here
  })
  return absent.map(tool => `${tool} (install ${TOOLS[tool].from})`)
}
