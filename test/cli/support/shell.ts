// An interactive shell on a terminal of its own, in which `bt` only says what it is given: what is typed with Tab shows what
// the shell completes.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempFolder } from './run-bt.ts'

export type ShellName = 'bash' | 'zsh' | 'fish'

const COMMANDS: Readonly<Record<ShellName, string>> = {
  bash: 'bash --norc --noprofile -i',
  zsh: 'zsh -f -i',
  fish: 'fish --no-config -i',
}
/** Before the completion is loaded: its own needs, and a `bt` that prints its words. */
const SETUP: Readonly<Record<ShellName, string>> = {
  bash: `bt() { printf 'bt:'; printf '<%s>' "$@"; echo; }\n`,
  zsh: `autoload -Uz compinit && compinit -u -D\nbt() { printf 'bt:'; printf '<%s>' "$@"; echo; }\n`,
  fish: `function bt; printf 'bt:'; printf '<%s>' $argv; echo; end\nfunction fish_prompt; echo 'READY> '; end\n`,
}

export function hasShell(name: ShellName): boolean {
  if (process.env['BT_INTEROP'] === 'required') return true
  return [name, 'script'].every(program => spawnSync(program, ['--version']).status === 0)
}

export class Shell {
  readonly #child: ChildProcess
  #shown = ''
  #onShown = (): void => undefined
  #onEnd = (): void => undefined

  /** @param script what `bt completion` printed. */
  constructor(name: ShellName, script: string, cwd: string) {
    const home = tempFolder()
    writeFileSync(join(home, 'completion'), SETUP[name] + script)
    this.#child = spawn('script', ['-qec', `stty cols 200 rows 50; exec ${COMMANDS[name]}`, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: home, XDG_DATA_HOME: home, TERM: 'dumb', PS1: 'READY> ' },
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text
      this.#onShown()
    })
    this.#child.once('close', () => this.#onEnd())
    onTestFinished(() => void this.#child.kill('SIGKILL'))
    this.#child.stdin?.write(`source ${join(home, 'completion')}; echo loaded | tr a-z A-Z\n`)
  }

  async loaded(): Promise<void> {
    await this.#shows(/LOADED[^]*READY> /)
  }

  /**
   * Waits for the next prompt before it returns: a shell may drop or take for something else what is typed before it.
   * @returns the words that `bt` is given once this line, with its Tabs, is typed.
   */
  async type(line: string): Promise<string> {
    this.#shown = ''
    this.#child.stdin?.write(`${line}\n`)
    return (await this.#shows(/^bt:(<.*>)[^]*READY> /m))[1] ?? ''
  }

  #shows(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.#shown)
        if (found !== null) resolve(found)
      }
      this.#onShown = look
      look()
      this.#onEnd = () => reject(new Error(`nothing like ${pattern} was shown: ${this.#shown}`))
    })
  }
}
