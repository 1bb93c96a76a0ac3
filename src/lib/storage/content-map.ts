// Where each byte of the content is: in one of the torrent's own files, in the part file, or nowhere (padding, links). It
// is so from when the store is opened until it is closed.
//
// With a selection, the bytes that unselected files share with a wanted piece must be kept, or the piece could not be
// verified after a restart. They go to a hidden part file, at their own offset in the content (so it is mostly one hole),
// rather than into the neighbours: a file then appears in the folder only if it was asked for. An unselected file that is
// there all the same, from an earlier selection, is used in place. The part file goes when nothing is left in it.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Slot } from './content-file.ts'
import { MissingBytes } from './missing.ts'
import type { Output } from './output.ts'
import { stretchesOf, type Stretch } from './stretches.ts'
import type { Place } from './survey.ts'

export interface ContentMapOptions {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  /** `read`: nothing is created, changed or locked. */
  readonly mode: 'read' | 'write'
  /** Indices of the files to download; all by default. */
  readonly selected?: ReadonlySet<number>
}

export class ContentMap {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  readonly mode: 'read' | 'write'
  /** By index of the torrent's files. */
  readonly places: readonly Place[]
  readonly #selected: ReadonlySet<number> | undefined

  constructor({ info, output, mode, selected }: ContentMapOptions, places: readonly Place[]) {
    this.info = info
    this.output = output
    this.mode = mode
    this.places = places
    this.#selected = selected
  }

  /** The number of the part file, after the torrent's own. */
  get partFile(): number {
    return this.info.files.length
  }

  /** One of the torrent's own files, or the part file. Unselected ones may have any size. */
  slot(number: number): Slot {
    const file = this.info.files[number]
    if (file === undefined) return { number, path: this.output.partsPath, size: undefined, executable: false }
    const size = this.#selected?.has(number) === false ? undefined : file.length
    return { number, path: this.output.paths[number] ?? '', size, executable: file.executable === true }
  }

  /** The files that hold a range of the content, and where. */
  stretches(offset: number, length: number): Stretch[] {
    return stretchesOf(this.info.files, this.places, { offset, length })
  }

  /** @throws BtError INTERNAL for what is not in the content */
  checkRange(offset: number, length: number): void {
    const { name, totalLength } = this.info
    if (offset >= 0 && length >= 0 && offset + length <= totalLength) return
    throw new BtError('INTERNAL', `${length} bytes from ${offset} are outside the ${totalLength} bytes of "${name}"`)
  }

  /** These files are not there, or end too early: all that they hold is lost where they are written to again. */
  missing(slots: readonly number[]): MissingBytes {
    const { files } = this.info
    const gone = new Set(slots)
    const paths = [...gone].sort((a, b) => a - b).map(slot => this.slot(slot).path)
    const inGone = (file: number): boolean => gone.has(this.places[file] === 'parts' ? this.partFile : file)
    return new MissingBytes(paths, this.mode === 'read' ? [] : files.filter((_, file) => inGone(file)))
  }
}
