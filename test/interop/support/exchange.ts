/** Declares the plainest interop test: one client seeds, another downloads, and the data is the same. */
import { expect } from 'vitest'
import type { Client, Form } from './client.ts'
import { differences, type Content } from './content.ts'
import { interop } from './interop.ts'
import type { TrackerProgram } from './lab.ts'
import type { Scheme } from './torrent.ts'

export interface Exchange {
  readonly seed: Client
  readonly leech: Client
  readonly content: Content
  readonly form: Form
  readonly scheme: Scheme
  readonly tracker?: TrackerProgram
}

export function exchange({ seed, leech, content, form, scheme, tracker = 'opentracker' }: Exchange): void {
  const name = `${leech.name} downloads ${content.kind} by ${form} from ${seed.name}, ${tracker} over ${scheme}`
  interop(name, [seed.name, leech.name, tracker], async lab => {
    const torrent = await lab.published(content, tracker)
    await seed.seed(lab, torrent, scheme)
    await lab.tracker.seeds(torrent.infoHash, 1)
    const out = await leech.download(lab, { torrent, form, scheme })
    expect(await differences(torrent.root, out, leech.emptyFiles)).toEqual([])
  })
}
