// Where the lines of a log go that --log-file names. A file has each at once, so that nothing is lost however the process ends.
// Who reads a pipe may stop, and a write that waited for room would hold up the whole program: no signal ends such a wait.
import { fstatSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { BtError } from '../lib/base/errors.ts'
import { openOutput, type OpenOutput } from '../lib/engine/output-place.ts'
import { diskError } from '../lib/storage/disk-error.ts'
import { PassingLines } from './passing-lines.ts'
import { alsoWritten } from './written.ts'

export interface LogOutput {
  write(line: string): void
  close?(): void
}

interface Ways {
  /** Says that so many were, where nobody reads. */
  readonly leftOutLine: (lines: number) => string
  /** Nothing more can be written. */
  readonly onError: (error: unknown) => void
}

/** @throws BtError DISK_* where it can not be written to */
export function openLog(path: string, ways: Ways): LogOutput {
  const opened = openNamed(path)
  return fstatSync(opened.descriptor).isFIFO() ? pipeLog(opened, ways) : fileLog(opened, ways)
}

function openNamed(path: string): OpenOutput {
  try {
    return openOutput(path, 'a')
  } catch (error) {
    const { code, message } = diskError(error, path, 'open')
    throw new BtError(code, `can not write the log: ${message}`, { cause: error })
  }
}

function fileLog(opened: OpenOutput, { onError }: Ways): LogOutput {
  const write = (line: string): void => {
    try {
      writeSync(opened.descriptor, `${line}\n`)
    } catch (error) {
      onError(error)
    }
  }
  return { write, close: () => opened.close() }
}

/** Open until the process ends: what is to be read is waited for then, as with stderr. */
function pipeLog({ descriptor }: OpenOutput, { leftOutLine, onError }: Ways): LogOutput {
  // Makes it non-blocking, which nobody else notices: a pipe is always opened anew.
  const pipe = new Socket({ fd: descriptor, readable: false, writable: true })
  pipe.on('error', onError)
  alsoWritten(pipe)
  return new PassingLines(pipe, leftOutLine)
}
