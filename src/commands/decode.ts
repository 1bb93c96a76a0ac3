import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { utf8 } from '../lib/base/bytes.ts'
import { BtError } from '../lib/base/errors.ts'
import { decode } from '../lib/bencode/decode.ts'
import { toJson } from '../lib/bencode/json.ts'

export default class Decode extends BtCommand {
  static override summary = 'Show a bencoded value as JSON.'
  static override description =
    'Bytes that are not UTF-8 are shown as {"hex": "…"}, integers of any size exactly, keys in the order they stand. A key that is not UTF-8, or could be taken for one of these, is shown as "hex:…", its bytes in hexadecimal. `encode` reads all of it back.'
  static override args = {
    bencode: Args.string({ description: 'a bencoded value, or - to read one from standard input' }),
  }
  static override flags = {
    file: Flags.string({ char: 'f', description: 'read the value from this file', helpValue: 'FILE' }),
    lenient: Flags.boolean({ description: 'accept unsorted and repeated keys, with a warning' }),
  }
  static override examples = [
    '<%= config.bin %> decode d3:foo3:bar5:helloi52ee',
    '<%= config.bin %> decode --file a.torrent',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Decode)
    const bytes = await this.#input(args.bencode, flags.file)
    const value = decode(bytes, {
      lenient: flags.lenient,
      onIrregular: (message, offset) => this.noteWarning(`${message} at byte ${offset}`),
    })
    this.print(toJson(value))
  }

  async #input(text: string | undefined, file: string | undefined): Promise<Uint8Array> {
    if ((text === undefined) === (file === undefined)) {
      throw new BtError('USAGE', 'give one bencoded value, or --file FILE, or - for standard input')
    }
    if (text !== undefined && text !== '-') return utf8(text)
    const { readInput } = await import('../lib/engine/source.ts')
    return readInput(file ?? '-', this.interrupted)
  }
}
