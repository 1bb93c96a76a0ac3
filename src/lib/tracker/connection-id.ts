// A connection id proves that whoever shows it can receive at its address (BEP 15 "UDP connections / spoofing"). It is
// derived, not stored, so a flood of connects costs no memory: 2 bytes of the second of issue, and 6 of a hash that begins
// with a secret. What it hashes is as long for every address of a family, so nobody can append to it.
import { hash, timingSafeEqual } from 'node:crypto'
import { concat, dataView } from '../base/bytes.ts'

/** Seconds for which an id is good (BEP 15). */
export const CONNECTION_ID_LIFETIME = 120

const ID_LENGTH = 8
/** Bytes; the low 16 bits of the second, which tell any age below 18 hours. */
const TIME_LENGTH = 2
const TIME_MASK = 0xffff

export class ConnectionIds {
  readonly #secret: Uint8Array

  /** @param secret at least 16 random bytes, of this process alone. */
  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** 8 bytes. @param address 4 or 16 bytes. @param now milliseconds, monotonic. */
  issue(address: Uint8Array, now: number): Uint8Array {
    return this.#derive(address, Math.floor(now / 1000))
  }

  /** @param id 8 bytes that a datagram from that address shows. */
  valid(id: Uint8Array, address: Uint8Array, now: number): boolean {
    const second = Math.floor(now / 1000)
    const age = (second - dataView(id).getUint16(0)) & TIME_MASK
    return age <= CONNECTION_ID_LIFETIME && timingSafeEqual(id, this.#derive(address, second - age))
  }

  #derive(address: Uint8Array, second: number): Uint8Array {
    const time = new Uint8Array(8)
    dataView(time).setFloat64(0, second)
    const mac = hash('sha256', concat([this.#secret, time, address]), 'buffer')
    const id = new Uint8Array(ID_LENGTH)
    dataView(id).setUint16(0, second & TIME_MASK)
    id.set(mac.subarray(0, ID_LENGTH - TIME_LENGTH), TIME_LENGTH)
    return id
  }
}
