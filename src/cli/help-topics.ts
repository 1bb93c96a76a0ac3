// The pages of `bt help <topic>`: what holds for all commands.
import { WRITING_COMMANDS } from './shared-flags.ts'

interface HelpTopic {
  readonly title: string
  readonly text: string
}

/** With what precedes the colon, a word or two, as they are named in the help of a command. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [1, 'other error: an error that has no code of its own'],
  [2, 'usage: arguments or flags that are wrong, or a setting'],
  [3, 'bad input: not bencode, not a torrent, not a magnet link'],
  [4, 'no tracker: none answered, or it refused'],
  [5, 'no peer: none could be reached, or none had what was asked for'],
  [6, 'stalled: no progress for --stall-timeout'],
  [7, 'wrong data: it does not match its hashes'],
  [8, 'disk: no room, no permission, not found'],
  [130, 'interrupted: the state was saved, and the same command resumes'],
]

const exitCodes = `The exit code says what kind of failure it was:

${EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}

With --json, a failure is a JSON document on stdout too, which has the code of
the error (such as NO_PEERS) and the exit code:

  {"error":{"code":"NO_PEERS","message":"…","exitCode":5}}
`

const writers = `${WRITING_COMMANDS.slice(0, -1).join(', ')} and ${WRITING_COMMANDS.at(-1)}`

const environment = `Every flag of every command can be given a default by a variable:

  BT_<FLAG>            for every command that has the flag, but those that write
                       what their flags say (see below)
  BT_<COMMAND>_<FLAG>  for one command; counts more

in capitals, with _ for each -. A flag that takes no value is set by 1, true,
yes or on, and cleared by 0, false, no or off; --no-<flag> takes it back on the
command line. A flag that may be repeated takes several values with blanks
between them.

  BT_MAX_DOWN=2MiB                        bt download a.torrent
  BT_DOWNLOAD_PORT=6881                   bt download a.torrent
  BT_TRACKER="http://a/announce udp://b"  bt peers a.torrent
  BT_JSON=1                               bt info a.torrent

What is on the command line counts most; then BT_<COMMAND>_<FLAG>, BT_<FLAG>,
the configuration file, and the default. A variable that is set to nothing is as
good as not set.

What ${writers} write, only their own
variables say: BT_TRACKER and BT_OUTPUT do not reach them, but BT_EDIT_TRACKER
and BT_CREATE_OUTPUT do, and so does BT_JSON, like all that is below GLOBAL in
their help.

BT_NAME, BT_PATH, BT_INFO_HASH, BT_LENGTH and BT_FILES are what --on-done hands
to its command, and set no flag; BT_<COMMAND>_PATH and the like do.

  BT_CONFIG        the configuration file, instead of the user's own
  BT_CONFIG_DIR    where config.toml is; $XDG_CONFIG_HOME/bt or ~/.config/bt
  BT_DATA_DIR      where plugins are; $XDG_DATA_HOME/bt or ~/.local/share/bt
  NO_COLOR         no colours; so does TERM=dumb, and output that is no terminal
  FORCE_COLOR      colours wherever the output goes
`

const config = `bt reads config.toml in $XDG_CONFIG_HOME/bt (~/.config/bt), or the file that
BT_CONFIG names. It is TOML: the keys of the file itself are flags of any
command, those of a table are flags of one command, and count more.

  # for every command that has the flag
  stall-timeout = 60
  log-file = "/var/log/bt.log"

  [download]
  max-down = "2MiB"
  tracker = ["http://127.0.0.1:6969/announce", "udp://127.0.0.1:6969"]
  prealloc = true

  [seed]
  port = 6881

What ${writers} write stands in their
own tables only: tracker as a key of the file does not reach them, and comment
as one is an error; json and all else that is below GLOBAL in help reaches them.

A key that means nothing is an error, so that no typing mistake goes unnoticed.
Variables (\`bt help environment\`) and the command line count more than it.
BT_CONFIG=/dev/null reads none.
`

const logging = `--log-level LEVEL logs to stderr, or with --log-file to the end of a file, what
is at least so important:

  error  what ended a torrent or the command
  warn   what went wrong: a tracker, a piece, a banned peer, a plugin
  info   peers that come and go, answers of trackers, stages
  debug  also what trackers were asked, and every piece
  trace  also every message to and from peers, and what went over HTTP and UDP

A line has the time, the level, the event, the peer and the info-hash, as text,
or with --log-format json (or --json) as a JSON object.

--debug is --log-level trace --log-format json, and shows the stack of an error:

  bt handshake a.torrent 127.0.0.1:6881 --debug 2> trace.jsonl
  jq -r 'select(.peer) | [.direction, .peer, .message] | @tsv' trace.jsonl

The bytes of blocks are left out. Programs and plugins can listen to the same:
docs/PLUGINS.md says how.
`

export const HELP_TOPICS: ReadonlyMap<string, HelpTopic> = new Map([
  ['exit-codes', { title: 'What the exit code of a command means.', text: exitCodes }],
  ['environment', { title: 'Variables that give flags their defaults, and others.', text: environment }],
  ['config', { title: 'The configuration file.', text: config }],
  ['logging', { title: 'Logs, and traces of every message.', text: logging }],
])
