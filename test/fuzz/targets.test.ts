// The brief run that every change goes through; `npm run fuzz` runs longer, with other seeds (fuzz/README.md).
import { describe, expect, it } from 'vitest'
import { Fuzzer } from '../../fuzz/fuzzer.ts'
import { Judge } from '../../fuzz/judge.ts'
import { TARGETS } from '../../fuzz/targets.ts'

const EXECUTIONS = 1_000

describe.each(TARGETS.map(target => [target.name, target] as const))('%s', (_, target) => {
  it('keeps its promise for its own corpus', () => {
    const judge = new Judge(target, 1)
    for (const seed of target.seeds) expect(() => judge.execute(seed)).not.toThrow()
  })

  it('keeps its promise for mutated inputs', () => {
    const fuzzer = new Fuzzer(target, 1)
    while (fuzzer.executions < EXECUTIONS) expect(fuzzer.execute(fuzzer.next())).toBeUndefined()
    expect(fuzzer.outcomes).toBeGreaterThan(5)
  })
})
