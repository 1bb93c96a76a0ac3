// What is downloaded: the ways in which pieces lie in files.

/**
 * @typedef {object} Shape
 * @property {string} name
 * @property {number} pieceLength bytes
 * @property {readonly { path: string[], length: number }[]} files
 */

const file = (index, length) => ({ path: [`${index % 7}`, `${index}.bin`], length })

/** @type {Shape[]} */
export const SHAPES = [
  { name: 'one-file', pieceLength: 2 ** 18, files: [{ path: [], length: 20_000_001 }] },
  { name: 'one-piece', pieceLength: 2 ** 24, files: [{ path: [], length: 16_000_000 }] },
  { name: 'small-files', pieceLength: 2 ** 18, files: Array.from({ length: 600 }, (_, index) => file(index, 30_000)) },
  {
    name: 'large-and-small',
    pieceLength: 2 ** 20,
    files: [1_500_000, 7, 0, 9_000_000, 300_000, 4_000_000].map((length, index) => file(index, length)),
  },
]
