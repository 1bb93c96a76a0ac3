// Which flags a general setting, `BT_<FLAG>` or a key of the file itself, reaches: never one that says what a command writes.
// `BT_TRACKER`, set for whatever asks trackers, must not go into a torrent that `bt edit` changes for its comment.
import { globalFlags } from './log-flags.ts'

/** Their flags say what is written and where, and not how something is done. */
export const WRITING_COMMANDS: readonly string[] = ['create', 'edit', 'encode', 'link', 'plugin_template']

/** Whether the flag means the same for all commands that have it; otherwise only the command's own settings set it. */
export function isShared(command: string, flag: string): boolean {
  return Object.hasOwn(globalFlags, flag) || !WRITING_COMMANDS.includes(command)
}
