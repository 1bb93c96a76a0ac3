import { randomBytes } from 'node:crypto'
import { BtCommand } from '../cli/bt-command.ts'
import { linkArg, peerFlag, trackerFlag } from '../cli/flags.ts'
import type { PeerAddress } from '../lib/base/address.ts'
import { makePeerId } from '../lib/base/ids.ts'

export default class MagnetHandshake extends BtCommand {
  static override summary = 'Shake hands with a peer that serves metadata, extension handshake included.'
  static override description =
    'Tries the peers of --peer; without, those that the link names and those of its trackers, in parallel. The first that speaks ut_metadata (BEP 9) is shown: its peer id, and the id that it wants on metadata messages.'
  static override args = { link: linkArg }
  static override flags = { peer: peerFlag(), tracker: trackerFlag() }
  static override examples = [
    '<%= config.bin %> magnet_handshake "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4&tr=http://127.0.0.1:6969/announce"',
    '<%= config.bin %> magnet_handshake "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4" --peer 127.0.0.1:6881',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(MagnetHandshake)
    const [{ loadSource }, { addTrackers }, { findPeers }, { findMetadataPeer }, { knownPeers }, lines] =
      await Promise.all([
        import('../lib/engine/source.ts'),
        import('../lib/engine/add-trackers.ts'),
        import('../lib/engine/find-peers.ts'),
        import('../lib/engine/metadata-peer.ts'),
        import('../lib/engine/shake-hands.ts'),
        import('../lib/ui/handshake-lines.ts'),
      ])
    const source = addTrackers(await loadSource(args.link, this.interrupted), flags.tracker)
    const registry = await this.plugins()
    const onWarning = (message: string): void => this.noteWarning(message)
    const peers = (signal: AbortSignal): AsyncIterable<PeerAddress> =>
      flags.peer === undefined ? findPeers({ source, registry, signal, onWarning }) : knownPeers(flags.peer)
    const { result, extensionId } = await findMetadataPeer({
      infoHash: source.infoHash,
      peerId: makePeerId(length => randomBytes(length)),
      signal: this.interrupted,
      peers,
    })
    if (this.json) return this.printJson({ ...lines.handshakeJson(result), metadataExtensionId: extensionId })
    this.print(lines.peerIdLine(result))
    this.print(`Peer Metadata Extension ID: ${extensionId}`)
    this.note(lines.handshakeNote(result))
  }
}
