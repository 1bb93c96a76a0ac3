import { describe, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import { infoHash } from '../../src/lib/base/ids.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { Metadata } from '../../src/lib/swarm/metadata.ts'
import { singleFileInfo } from '../metainfo/samples.ts'

function metadataOf(raw: Uint8Array): Metadata {
  return new Metadata(infoHash(new Uint8Array(createHash('sha1').update(raw).digest())))
}

describe('Metadata', () => {
  const raw = encode(singleFileInfo())

  it('matches its own bytes and no others', () => {
    const metadata = metadataOf(raw)
    expect(metadata.matches(raw)).toBe(true)
    expect(metadata.matches(raw.subarray(1))).toBe(false)
    expect(metadata.matches(new Uint8Array())).toBe(false)
    expect(metadata.info).toBeUndefined()
  })

  it('keeps a copy: who brought it may use the memory again', () => {
    const metadata = metadataOf(raw)
    const lent = raw.slice()
    expect(metadata.accept(lent).name).toBe('sample.txt')
    lent.fill(0)
    expect(metadata.info?.raw).toEqual(raw)
  })

  it('is not taken in where it is no torrent', () => {
    const empty = encode({})
    const metadata = metadataOf(empty)
    expect(metadata.matches(empty)).toBe(true)
    expect(() => metadata.accept(empty)).toThrow(expect.objectContaining({ code: 'METAINFO_INVALID' }))
    expect(metadata.info).toBeUndefined()
  })
})
