// Makes `bundle`, the JavaScript that runs and is shipped: a few chunks in place of hundreds of modules, whose loading one by
// one was most of a command's start (docs/PERFORMANCE.md). What is looked for by its path keeps one: commands, hooks and what
// package.json exports. Packages stay outside. The types are those that tsc writes into `dist`.
import { readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = readdirSync(`${root}src/commands`).map(file => `commands/${file.replace(/\.ts$/, '')}`)
const hooks = ['cli/help', 'cli/host-hook', 'cli/not-found-hook', 'cli/preinstall-hook']
const entries = ['main', ...commands, ...hooks, 'lib/engine/index', 'lib/plugin/testing']

/** Modules of a folder that are loaded together anyway, or nearly so. All else is split by who needs it. */
const groups = ['base|bencode', 'metainfo', 'storage'].map(folders => ({
  name: folders.split('|')[0],
  test: new RegExp(`/src/lib/(${folders})/`),
}))

// Chunks of an earlier build may have names that no longer occur.
rmSync(`${root}bundle`, { recursive: true, force: true })
const bundle = await rolldown({
  input: Object.fromEntries(entries.map(entry => [entry, `${root}src/${entry}.ts`])),
  platform: 'node',
  external: /^[^./]/,
})
await bundle.write({
  dir: `${root}bundle`,
  format: 'esm',
  chunkFileNames: 'chunks/[name].js',
  codeSplitting: { groups },
  sourcemap: true,
})
await bundle.close()
