// A worker of receive.mjs.
import { parentPort, workerData } from 'node:worker_threads'
import { storePiece } from './store.mjs'

const storage = { ...workerData, pieces: Buffer.from(workerData.pieces) }

parentPort.on('message', job => {
  storePiece(storage, job)
  parentPort.postMessage(job.slot, [])
})
