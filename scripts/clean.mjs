// Removes what the build made, so that nothing of a deleted source is left in a package or in the command manifest.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const plugins = await readdir(join(root, 'plugins'))
const built = [join(root, 'bundle'), join(root, 'dist'), ...plugins.map(name => join(root, 'plugins', name, 'dist'))]
await Promise.all(built.map(path => rm(path, { recursive: true, force: true })))
