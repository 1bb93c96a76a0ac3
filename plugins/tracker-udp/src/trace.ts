// What the packets of BEP 15 hold, by the names of its tables, for who watches.
import type { TraceStep } from 'bt-toolbox/plugin'
import { ACTION, readError } from './packets.ts'
import { shownText } from './problems.ts'

type Fields = Record<string, string | number>

const NAMES: readonly string[] = ['connect', 'announce', 'scrape', 'error']
const EVENTS: readonly string[] = ['none', 'completed', 'started', 'stopped']
const HASH_LENGTH = 20
const SCRAPE_ENTRY_LENGTH = 12

/** @param packet one of ours. @param peer `ip:port` of the tracker. */
export function sentStep(packet: Uint8Array, peer: string): TraceStep {
  const view = viewOf(packet)
  const action = view.getUint32(8)
  const first = action === ACTION.connect ? 'protocol_id' : 'connection_id'
  const fields: Fields = { [first]: hex(packet.subarray(0, 8)), action, transaction_id: view.getUint32(12) }
  if (action === ACTION.announce) Object.assign(fields, announceFields(packet, view))
  if (action === ACTION.scrape) {
    for (let at = 16; at < packet.length; at += HASH_LENGTH) {
      fields[`info_hash ${(at - 16) / HASH_LENGTH}`] = hex(packet.subarray(at, at + HASH_LENGTH))
    }
  }
  return { direction: 'sent', what: nameOf(action), peer, fields, bytes: packet.slice() }
}

/** @param data whatever came, perhaps no answer at all. @param family of the socket: that of the peers. */
export function receivedStep(data: Uint8Array, peer: string, family: 4 | 6): TraceStep {
  const bytes = data.slice()
  if (data.length < 8) return { direction: 'received', what: 'no answer', peer, fields: { length: data.length }, bytes }
  const view = viewOf(data)
  const action = view.getUint32(0)
  const fields: Fields = { action, transaction_id: view.getUint32(4) }
  if (action === ACTION.connect && data.length >= 16) fields['connection_id'] = hex(data.subarray(8, 16))
  if (action === ACTION.announce && data.length >= 20) {
    const entry = family === 4 ? 6 : 18
    fields['interval'] = view.getUint32(8)
    fields['leechers'] = view.getUint32(12)
    fields['seeders'] = view.getUint32(16)
    fields['peers'] = Math.floor((data.length - 20) / entry)
  }
  if (action === ACTION.scrape) fields['entries'] = Math.floor((data.length - 8) / SCRAPE_ENTRY_LENGTH)
  if (action === ACTION.error) fields['message'] = shownText(readError(data))
  return { direction: 'received', what: nameOf(action), peer, fields, bytes }
}

function announceFields(packet: Uint8Array, view: DataView): Fields {
  const event = view.getUint32(80)
  return {
    info_hash: hex(packet.subarray(16, 36)),
    peer_id: hex(packet.subarray(36, 56)),
    downloaded: String(view.getBigUint64(56)),
    left: String(view.getBigUint64(64)),
    uploaded: String(view.getBigUint64(72)),
    event: `${event} (${EVENTS[event] ?? 'unknown'})`,
    ip: packet.subarray(84, 88).join('.'),
    key: hex(packet.subarray(88, 92)),
    num_want: view.getInt32(92),
    port: view.getUint16(96),
    ...(packet.length > 98 && { url_data: urlData(packet.subarray(98)) }),
  }
}

/** What the options of BEP 41 carry, put together again. */
function urlData(options: Uint8Array): string {
  let text = ''
  for (let at = 0; at + 2 <= options.length; at += 2 + (options[at + 1] ?? 0)) {
    text += new TextDecoder().decode(options.subarray(at + 2, at + 2 + (options[at + 1] ?? 0)))
  }
  return text
}

function nameOf(action: number): string {
  return NAMES[action] ?? `action ${action}`
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
