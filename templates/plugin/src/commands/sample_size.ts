// A command: the name of this file is the command's. oclif wants a `run` that takes the words and its configuration, and a
// few fields for `--help`.
import type { Config } from '@oclif/core/interfaces'
import type { Host } from 'bt-toolbox/plugin'

export default {
  summary: 'Print the name and the size of a torrent.',
  args: { torrent: { name: 'torrent', description: 'a file, a URL or a magnet link', required: true } },
  examples: ['<%= config.bin %> <%= command.id %> a.torrent'],

  async run(argv: readonly string[], config: Pick<Config, 'runHook'>): Promise<void> {
    const host = await hostOf(config)
    const [argument, ...rest] = argv
    if (argument === undefined || rest.length > 0) throw host.kit.error('USAGE', 'name one torrent')
    const torrent = await host.loadTorrent(argument, AbortSignal.timeout(30_000))
    const engine = await host.createEngine({ port: false })
    try {
      // From the .torrent file, or, for a magnet link, from peers.
      const { name, totalLength } = await engine.fetchMetadata(torrent).metadata
      console.log(`${name}: ${totalLength} bytes`)
    } finally {
      await engine.close()
    }
  },
}

/** A plugin can not import bt at run time; a command reaches it through this hook, which bt answers. */
async function hostOf(config: Pick<Config, 'runHook'>): Promise<Host> {
  const { successes } = await config.runHook('bt:host', {})
  const host = successes.map(({ result }) => result).find(result => result?.api === 1)
  if (host === undefined) throw new Error('this bt does not offer version 1 of its plugin contract; update bt')
  return host
}
