// Answers `command_not_found`: an error that names what may have been meant. Nobody is asked: a script has no answer.
import type { Hook } from '@oclif/core/hooks'
import { BtError } from '../lib/base/errors.ts'
import { didYouMean } from './suggest.ts'

const hook: Hook<'command_not_found'> = ({ id, config }) => {
  throw unknownCommand(id, config.commandIDs)
}

/** @param id what was typed, as oclif puts it: its words joined by colons. */
export function unknownCommand(id: string, known: readonly string[]): BtError {
  const [name = '', second = ''] = id.split(':')
  if (known.includes(name)) {
    const below = known.flatMap(command => (command.startsWith(`${name}:`) ? command.slice(name.length + 1) : []))
    return new BtError(
      'USAGE',
      `there is no command ${name} ${second}${didYouMean(second, below)}; bt --help lists them`,
    )
  }
  const names = known.filter(command => !command.includes(':'))
  return new BtError('USAGE', `there is no command ${name}${didYouMean(name, names)}; bt --help lists them`)
}

export default hook
