import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const alias = {
  'bt-toolbox/plugin/testing': path('./src/lib/plugin/testing.ts'),
}

/** Folders of src/lib that touch no socket, file, clock or chance. */
const PURE = ['base', 'bencode', 'metainfo', 'wire', 'discovery', 'picker', 'swarm', 'tracker']
/** Percent. */
const TESTED = { statements: 98, branches: 95 }

export default defineConfig({
  test: {
    // By default one core is left to others, and of two that is half.
    maxWorkers: availableParallelism(),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'plugins/*/test/**/*.test.ts'],
          exclude: ['test/cli/**', 'test/interop/**', 'test/swarms/**'],
          // Simulations compute for seconds, and longer on a busy machine: only what hangs is to fail.
          testTimeout: 60_000,
        },
      },
      {
        // Whole swarms: pure computing, the same everywhere, so once is enough, without the cost of measuring coverage.
        test: {
          name: 'swarms',
          include: ['test/swarms/**/*.test.ts'],
          exclude: ['test/swarms/thousand.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: { name: 'thousand', include: ['test/swarms/thousand.test.ts'], testTimeout: 1_800_000 },
      },
      {
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/cli/support/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Half of the time goes by in other processes' start.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          globalSetup: ['test/cli/support/build.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // The tests mostly wait for other programs; they come after the others, which want the processor.
          maxWorkers: 6,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/lib/**/*.ts', 'plugins/*/src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      // What is pure can be tested whole; the rest is shown by running the program, which this does not count.
      thresholds: {
        ...Object.fromEntries(PURE.map(folder => [`src/lib/${folder}/**`, TESTED])),
        'plugins/*/src/**': TESTED,
      },
    },
  },
})
