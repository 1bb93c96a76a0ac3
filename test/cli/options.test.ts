import { Args as OclifArgs, Flags as OclifFlags } from '@oclif/core'
import { expect, test } from 'vitest'
import { Args, Flags } from '../../src/cli/options.ts'

const parse = (text: string): Promise<number> => Promise.resolve(text.length)

/** Everything but functions. */
const parts = (definition: object): unknown => JSON.parse(JSON.stringify(definition))

test.each([
  [Args.string(), OclifArgs.string({ ignoreStdin: true })],
  [
    Args.string({ required: true, description: 'a' }),
    OclifArgs.string({ required: true, description: 'a', ignoreStdin: true }),
  ],
  [Args.custom({ parse })({ required: true }), OclifArgs.custom({ parse })({ required: true, ignoreStdin: true })],
  [Flags.string(), OclifFlags.string()],
  [Flags.string({ char: 'o', helpValue: 'OUT' }), OclifFlags.string({ char: 'o', helpValue: 'OUT' })],
  [Flags.string({ multiple: true }), OclifFlags.string({ multiple: true })],
  [Flags.integer({ min: 1, max: 9, default: 3 }), OclifFlags.integer({ min: 1, max: 9, default: 3 })],
  [Flags.boolean(), OclifFlags.boolean()],
  [Flags.boolean({ allowNo: true, default: true }), OclifFlags.boolean({ allowNo: true, default: true })],
  [Flags.custom({ multiple: true, parse })(), OclifFlags.custom({ multiple: true, parse })()],
  [Flags.custom({ parse })({ char: 't' }), OclifFlags.custom({ parse })({ char: 't' })],
])('what is made here is what oclif makes (%#)', (ours, theirs) => {
  expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted())
  expect(parts(ours)).toEqual(parts(theirs))
})

test.each(['5', '-5', '0', '9', '10', '-1', '1e3', 'x', '', ' 5', '007', '99999999999999999999'])(
  'an integer flag takes and refuses "%s" as oclif does, in the same words',
  async text => {
    const bounds = { min: -1, max: 9 }
    const [ours, theirs] = [Flags.integer(bounds), OclifFlags.integer(bounds)]
    const context = {} as Parameters<typeof ours.parse>[1]
    const [own, given] = await Promise.allSettled([
      ours.parse(text, context, ours),
      theirs.parse(text, context, theirs),
    ])
    expect(own).toEqual(given)
  },
)
