// What all torrents of an engine share: a limit for open files, and threads for many small ones.
import { FileThreads } from './file-threads.ts'
import { OpenFiles } from './open-files.ts'

export class Disk {
  readonly files: OpenFiles
  readonly threads: FileThreads = new FileThreads()

  /** @param maxOpenFiles 0: one at a time, and none stays open unused */
  constructor(maxOpenFiles?: number) {
    this.files = new OpenFiles(maxOpenFiles)
  }

  /** After the stores that use it. */
  close(): Promise<void> {
    return this.threads.close()
  }
}
