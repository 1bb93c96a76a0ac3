// What the files of a torrent are seen to be on the disk, and what others have made of them meanwhile. The first look comes
// before anything is verified; what differs later, and was not written by us, counts as a change.
import { isBare } from './bare-folder.ts'
import type { Bundles } from './bundles.ts'
import type { ContentMap } from './content-map.ts'
import type { FileChanges } from './file-changes.ts'
import { findAll, stampOf } from './file-stamp.ts'
import type { Folders } from './folders.ts'
import { nothing, surveyFiles, type Survey } from './survey.ts'

export interface LooksOptions {
  readonly map: ContentMap
  readonly bundles: Bundles
  /** That are written to; undefined where nothing is. */
  readonly folders: Folders | undefined
  /** Shared with reads and writes, which look too. */
  readonly changes: FileChanges
  /** The folder of all of them was made just now, by us: nothing is there before the first look. */
  readonly isNew: boolean
}

export class Looks {
  readonly #map: ContentMap
  readonly #bundles: Bundles
  readonly #folders: Folders | undefined
  readonly #changes: FileChanges
  readonly #isNew: boolean

  constructor({ map, bundles, folders, changes, isNew }: LooksOptions) {
    this.#map = map
    this.#bundles = bundles
    this.#folders = folders
    this.#changes = changes
    this.#isNew = isNew
  }

  /** `survey` before anything is written. Where the folder was made for the download, there is hardly anything to look at. */
  async first(): Promise<Survey> {
    return this.#isNew && (await isBare(this.#map.output.root)) ? nothing(this.#map.places) : this.survey()
  }

  /**
   * What is on the disk now. The first one comes before anything is verified: later changes are seen as such.
   * @throws BtError DISK_*; DISK_PERMISSION where these would be the files of another folder than those that were written
   */
  async survey(): Promise<Survey> {
    const survey = await surveyFiles(this.#map, this.#map.places, this.#bundles)
    this.#folders?.checkRoot()
    for (const [index, { stamp }] of survey.files.entries()) if (stamp !== undefined) this.#changes.expect(index, stamp)
    if (survey.parts !== undefined) this.#changes.expect(this.#map.partFile, survey.parts)
    return survey
  }

  /** As `survey`, and whether others have changed files since they were looked at or written last counts in `changes` from now on. */
  async again(): Promise<Survey> {
    const seen = this.#changes.seenLater()
    const survey = await this.survey()
    for (const [index, { stamp }] of survey.files.entries()) if (stamp !== undefined) seen(index, stamp)
    if (survey.parts !== undefined) seen(this.#map.partFile, survey.parts)
    return survey
  }

  /** As `again`, as far as it is ours: a file that others have changed at any time is as if it were not there. */
  async own(): Promise<Survey> {
    const { files, parts } = await this.again()
    const own = <S>(slot: number, stamp: S): S | undefined => (this.#changes.of(slot) > 0 ? undefined : stamp)
    return {
      files: files.map((file, index) => ({ ...file, stamp: own(index, file.stamp) })),
      parts: own(files.length, parts),
    }
  }

  /** How often others have changed files of the torrent, as far as reads have noticed. */
  get changes(): number {
    return this.#changes.total
  }

  /** The same of the files that hold these bytes, the path of one that was changed, and whether another change would show now. */
  changesIn(
    offset: number,
    length: number,
  ): { readonly count: number; readonly path: string; readonly settled: boolean } {
    let count = 0
    let path = ''
    let settled = true
    for (const { slot } of this.#map.stretches(offset, length)) {
      const changes = this.#changes.of(slot)
      if (changes > 0) ({ path } = this.#map.slot(slot))
      count += changes
      settled &&= this.#changes.isSettled(slot)
    }
    return { count, path, settled }
  }

  /** How the files that hold these bytes are at their paths now; undefined where one is missing. @throws BtError DISK_* */
  async stampText(offset: number, length: number): Promise<string | undefined> {
    const paths = this.#map.stretches(offset, length).map(({ slot }) => this.#map.slot(slot).path)
    const stamps = (await findAll(paths, this.#map.mode, this.#bundles)).map(stampOf)
    if (stamps.includes(undefined)) return undefined
    return stamps.map(stamp => `${stamp?.size} ${stamp?.mtimeNs} ${stamp?.ctimeNs}`).join('\n')
  }
}
