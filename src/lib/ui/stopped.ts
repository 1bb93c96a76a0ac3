// Whoever stops a program that has hidden the cursor (Ctrl-Z) is back in a shell, and wants to see where to type.
import { writeSync } from 'node:fs'

const SHOW = '\u001B[?25h'
const HIDE = '\u001B[?25l'

/**
 * Until what it returns is called, the cursor is there while the process is stopped.
 * @param terminal the descriptor of the one on which it is hidden; whoever draws on it may hold the stream back
 * @param awake called when it goes on
 */
export function showCursorWhileStopped(terminal: number, awake: () => void = () => undefined): () => void {
  const stop = (): void => {
    put(terminal, SHOW)
    // Without a listener the signal does what it always does; nothing is left to us if nobody could wake us again.
    process.off('SIGTSTP', stop)
    process.kill(process.pid, 'SIGTSTP')
  }
  const goOn = (): void => {
    put(terminal, HIDE)
    process.off('SIGTSTP', stop).on('SIGTSTP', stop)
    awake()
  }
  process.on('SIGTSTP', stop).on('SIGCONT', goOn)
  return () => void process.off('SIGTSTP', stop).off('SIGCONT', goOn)
}

/** A terminal that was closed meanwhile has no cursor. */
function put(terminal: number, sequence: string): void {
  try {
    writeSync(terminal, sequence)
  } catch {
    // Nobody looks.
  }
}
