// A command without @oclif/core: oclif wants a `run` that takes the arguments and its configuration, and a few fields for
// `--help`. So the package has no dependencies, and installs where no registry can be reached.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parsePeerFile } from '../peer-file.js'

export default {
  summary: 'Check a file of peers: print each address in it',
  args: { file: { name: 'file', description: 'ip:port or [ip]:port a line', required: true } },
  examples: ['<%= config.bin %> <%= command.id %> peers.txt'],

  /**
   * @param {string[]} argv
   * @param {import('@oclif/core/interfaces').Config} config
   */
  async run(argv, config) {
    const kit = await toolkitOf(config)
    const [path, ...rest] = positionals(argv, kit)
    if (path === undefined || rest.length > 0) throw kit.error('USAGE', 'name one file: peerfile_check <file>')
    const text = await readFile(path, 'utf8').catch(cause => {
      throw kit.error('INPUT_UNREADABLE', `can not read ${path}: ${cause.message}`, { cause })
    })
    for (const address of parsePeerFile(text, kit)) console.log(kit.formatAddress(address))
  },
}

/**
 * A command reaches the host through the hook that the host itself answers.
 * @param {import('@oclif/core/interfaces').Config} config
 * @returns {Promise<import('bt-toolbox/plugin').Toolkit>}
 */
async function toolkitOf(config) {
  const { successes } = await config.runHook('bt:host', {})
  const host = successes.map(({ result }) => result).find(result => result?.api === 1)
  if (host === undefined) throw new Error('this bt does not offer version 1 of its plugin contract; update bt')
  return host.kit
}

/**
 * @param {string[]} argv
 * @param {import('bt-toolbox/plugin').Toolkit} kit
 */
function positionals(argv, kit) {
  try {
    return parseArgs({ args: argv, allowPositionals: true }).positionals
  } catch (cause) {
    throw kit.error('USAGE', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
