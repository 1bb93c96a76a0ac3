// Loaded before a program that is watched (`node --import`): prints the heap in use after a collection, every so many seconds
// (BT_BENCH_HEAP), as `heap BYTES` on stderr. With --expose-gc.
const { BT_BENCH_HEAP: seconds } = process.env

if (seconds !== undefined) {
  const report = () => {
    globalThis.gc?.()
    process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`)
  }
  setInterval(report, Number(seconds) * 1000).unref()
}
