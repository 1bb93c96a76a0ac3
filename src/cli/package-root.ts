// Where bt-toolbox itself is: what Node finds under the name of the package, in whichever file of `dist` a build has put
// this module. (A path relative to the module would hold from one of them only.)
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A folder: what is relative to it needs no `../`. */
export const PACKAGE_ROOT: URL = new URL(
  './',
  pathToFileURL(createRequire(import.meta.url).resolve('bt-toolbox/package.json')),
)
