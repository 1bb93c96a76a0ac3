import { describe, expect, it } from 'vitest'
import { chooseShared, chooseSole } from '../src/choice.ts'
import { BELIEVED_SIZE, MAX_METADATA_SIZE, usableSize } from '../src/size.ts'
import { DOUBT, MetadataSource } from '../src/source.ts'

const LARGE = BELIEVED_SIZE + 1

describe('usableSize', () => {
  it.each([
    [1, 1],
    [MAX_METADATA_SIZE, MAX_METADATA_SIZE],
    [MAX_METADATA_SIZE + 1, 0],
    [0, 0],
    [-5, 0],
    [undefined, 0],
  ])('makes %s to %i', (claim, size) => {
    expect(usableSize(claim)).toBe(size)
  })
})

describe('chooseShared', () => {
  const chosen = (...sources: MetadataSource[]) => chooseShared(sources, 0)?.size

  it('follows the majority, then the smaller size', () => {
    expect(chosen(claiming(10), claiming(20), claiming(20))).toBe(20)
    expect(chosen(claiming(20), claiming(10))).toBe(10)
  })

  it('believes a large size of two peers, or of one whose claim has aged', () => {
    const aged = claiming(LARGE)
    expect(chosen(claiming(BELIEVED_SIZE))).toBe(BELIEVED_SIZE)
    expect(chosen(aged)).toBeUndefined()
    expect(chosen(claiming(LARGE), claiming(LARGE))).toBe(LARGE)
    expect(chosen(claiming(LARGE), claiming(LARGE + 1))).toBeUndefined()
    aged.expire(DOUBT - 1)
    expect(chosen(aged)).toBeUndefined()
    aged.expire(DOUBT)
    expect(chosen(aged)).toBe(LARGE)
  })

  it('passes over sizes that nobody will give now', () => {
    const quiet = claiming(10)
    quiet.hush(0)
    const refusing = claiming(20)
    refusing.refused(0, 0)
    expect(chosen(quiet, refusing)).toBeUndefined()
    expect(chosen(quiet, refusing, claiming(30))).toBe(30)
  })
})

describe('chooseSole', () => {
  it('gives each source its turn', () => {
    const first = claiming(20)
    const second = claiming(30)
    first.turns = 1
    expect(chooseSole([first, second], 0)?.sole).toBe(second)
    second.turns = 1
    expect(chooseSole([second, first], 0)?.sole).toBe(first)
  })

  it('passes over who will not give all of it', () => {
    const refusing = claiming(10)
    refusing.refused(0, 0)
    expect(chooseSole([refusing, claiming(LARGE)], 0)).toBeUndefined()
  })
})

function claiming(size: number): MetadataSource {
  const source = new MetadataSource({ address: { host: '127.0.0.1', port: 1 }, send: () => true, close: () => {} })
  source.announce(size, 0)
  return source
}
