// The files of a torrent as a tree: each with the index that `--select` takes and its size, each folder with what is in it.
import type { FileEntry } from '../metainfo/metainfo.ts'
import { fit } from './fit.ts'
import { formatBytes, plural, printable } from './format.ts'
import type { Paint } from './paint.ts'

export interface TreeView {
  readonly paint: Paint
  /** Columns; names that do not fit lose their middle. */
  readonly width: number
  /** Lines at most: of more files, the deepest folders are shown closed, and of too many in one folder the first. */
  readonly rows: number
}

interface Node {
  readonly name: string
  /** Of a file: its place in the torrent, and what is to be said of it. */
  readonly index?: number
  readonly remark?: string
  size: number
  files: number
  /** Of a folder. */
  readonly children?: Map<string, Node>
}

const SIZE_COLUMNS = 9
/** A name keeps so many columns, however deep it lies. */
const MIN_NAME = 12

export function treeLines(files: readonly FileEntry[], { paint, width, rows }: TreeView): readonly string[] {
  const root = treeOf(files)
  const indexColumns = String(files.length - 1).length
  const depth = depthWithin(root, rows)
  const lines: string[] = []
  const add = (node: Node, stem: string, name: string): void => {
    const index = (node.index?.toString() ?? '').padStart(indexColumns)
    const left = `${index}  ${formatBytes(node.size).padStart(SIZE_COLUMNS)}  `
    const room = Math.max(MIN_NAME, width - left.length - stem.length)
    const fitting = fit(name, room)
    lines.push(`${paint.dim(left + stem)}${node.children === undefined ? fitting : paint.cyan(fitting)}`)
  }
  const visit = ({ children = new Map<string, Node>() }: Node, stem: string, level: number): void => {
    // Folders inside may fit only because this one is the whole of its level.
    const shown = [...children.values()].slice(0, rows)
    for (const [at, child] of shown.entries()) {
      const last = at === children.size - 1
      const open = child.children !== undefined && level < depth
      add(child, `${stem}${last ? '└─ ' : '├─ '}`, nameOf(child, open))
      if (open) visit(child, `${stem}${last ? '   ' : '│  '}`, level + 1)
    }
    const more = children.size - shown.length
    if (more > 0) lines.push(`${' '.repeat(indexColumns + SIZE_COLUMNS + 4)}${stem}└─ … and ${more} more`)
  }
  visit(root, '', 1)
  return lines
}

function treeOf(files: readonly FileEntry[]): Node {
  const root: Node = { name: '', size: 0, files: 0, children: new Map() }
  for (const [index, file] of files.entries()) {
    if (file.padding) continue
    const name = file.path.at(-1) ?? ''
    let folder = root
    for (const element of file.path.slice(0, -1)) {
      count(folder, file.length)
      folder = folderIn(folder, element)
    }
    count(folder, file.length)
    // A path names a file or a folder, never both, and each once: the metainfo parser sees to it.
    folder.children?.set(name, { name, index, size: file.length, files: 1, remark: remarkOf(file) })
  }
  return root
}

function folderIn(parent: Node, name: string): Node {
  const known = parent.children?.get(name)
  if (known?.children !== undefined) return known
  const folder: Node = { name, size: 0, files: 0, children: new Map() }
  parent.children?.set(name, folder)
  return folder
}

function count(folder: Node, length: number): void {
  folder.size += length
  folder.files++
}

function remarkOf({ symlink, executable }: FileEntry): string {
  if (symlink !== undefined) return ` -> ${symlink.join('/')}`
  return executable === true ? '*' : ''
}

function nameOf({ name, files, remark = '', children }: Node, open: boolean): string {
  if (children === undefined) return printable(`${name}${remark}`)
  return `${printable(name)}/${open ? '' : ` (${plural(files, 'file')})`}`
}

/** How deep the tree can be open within so many lines; its top is always. */
function depthWithin(root: Node, rows: number): number {
  let depth = 0
  let lines = 0
  for (let level: readonly Node[] = [root]; level.length > 0; depth++) {
    level = level.flatMap(({ children }) => [...(children?.values() ?? [])])
    lines += level.length
    if (lines > rows) return Math.max(1, depth)
  }
  return depth
}
