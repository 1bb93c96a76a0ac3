import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { pathFlag } from '../cli/flags.ts'
import { isStdout } from '../cli/stdout-name.ts'
import { hex, tryUtf8 } from '../lib/base/bytes.ts'
import { BtError } from '../lib/base/errors.ts'
import { encode } from '../lib/bencode/encode.ts'
import { fromJson } from '../lib/bencode/from-json.ts'

export default class Encode extends BtCommand {
  static override summary = 'Bencode a JSON value: the inverse of `decode`.'
  static override description =
    'Writes the bare bytes, keys sorted. {"hex": "…"} alone in its object stands for bytes, and a key "hex:…" for the bytes of its digits: a dictionary whose only key is "hex" is written {"hex:686578": …}. Numbers are integers of any size.'
  static override args = {
    json: Args.string({ description: 'a JSON value, or - to read one from standard input' }),
  }
  static override flags = {
    file: Flags.string({ char: 'f', description: 'read the JSON from this file', helpValue: 'FILE' }),
    output: pathFlag({ char: 'o', description: 'write the bytes to this file; - for stdout', helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'with -o: overwrite the file' }),
  }
  static override examples = [
    '<%= config.bin %> encode \'{"foo": "bar", "hello": 52}\'',
    '<%= config.bin %> encode \'{"id": {"hex": "00ff"}}\' -o value.bencode',
    '<%= config.bin %> encode --file value.json > value.bencode',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Encode)
    const bytes = encode(fromJson(await this.#input(args.json, flags.file)))
    const output = flags.output !== undefined && isStdout(flags.output) ? undefined : flags.output
    if (output !== undefined) {
      const { placeFile, saveFile } = await import('../lib/engine/save-file.ts')
      const path = await placeFile(output, 'value.bencode')
      await saveFile(path, bytes, { overwrite: flags.force })
      this.note(`saved as ${path}`)
    }
    if (this.json) this.printJson({ length: bytes.length, hex: hex(bytes) })
    else if (output === undefined) {
      process.stdout.write(bytes)
      // Not part of the value, so only where a person's prompt would stick to it.
      if (process.stdout.isTTY) process.stdout.write('\n')
    }
  }

  async #input(json: string | undefined, file: string | undefined): Promise<string> {
    if ((json === undefined) === (file === undefined)) {
      throw new BtError('USAGE', 'give one JSON value, or --file FILE, or - for standard input')
    }
    if (json !== undefined && json !== '-') return json
    const { readInput } = await import('../lib/engine/source.ts')
    const text = tryUtf8(await readInput(file ?? '-', this.interrupted))
    if (text === undefined) throw new BtError('JSON_INVALID', 'JSON is UTF-8, and the input is not')
    return text
  }
}
