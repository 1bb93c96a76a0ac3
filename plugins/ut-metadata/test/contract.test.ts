import { describe, test } from 'vitest'
import { extensionContract, testKit } from '../../../src/lib/plugin/testing.ts'
import { utMetadata } from '../src/extension.ts'
import { metadataOf } from './swarm.ts'

describe.each([1, 100_000])('an extension, with metadata of %i bytes', size => {
  const subject = { extension: utMetadata(testKit()), metadata: metadataOf(size) }
  for (const { name, run } of extensionContract(subject)) test(name, run)
})
