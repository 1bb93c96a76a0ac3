// A symbolic link (BEP 47 attr `l`) leads to a file or folder of its own torrent or nowhere: what else is in the folder that
// a torrent is put into is the user's.

/** A file under the name that the torrent gives it, and where it goes. */
export interface Moved {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

interface Node {
  readonly children: Map<string, Node>
  /** Where the first file or folder of this name went. */
  place?: readonly string[]
}

/**
 * By target as the torrent has it, joined with `/`: where that is in the end. Targets that are no file or folder of the
 * torrent are left out. Takes memory for the targets alone: a hostile torrent can have millions of folders.
 */
export function symlinkTargets(
  targets: Iterable<readonly string[]>,
  files: Iterable<Moved>,
): ReadonlyMap<string, readonly string[]> {
  const root: Node = { children: new Map() }
  const wanted = new Map<string, Node>()
  for (const target of targets) wanted.set(target.join('/'), enter(root, target))
  for (const { from, to } of files) {
    let node: Node | undefined = root
    for (let depth = 1; depth <= from.length; depth++) {
      node = node.children.get(from[depth - 1] ?? '')
      if (node === undefined) break
      node.place ??= to.slice(0, depth)
    }
  }
  return new Map([...wanted].flatMap(([target, { place }]) => (place === undefined ? [] : [[target, place]])))
}

function enter(root: Node, path: readonly string[]): Node {
  let node = root
  for (const element of path) {
    const next: Node = node.children.get(element) ?? { children: new Map() }
    node.children.set(element, next)
    node = next
  }
  return node
}
