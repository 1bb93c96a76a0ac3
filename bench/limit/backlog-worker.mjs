// The worker of leech.mjs.
import { parentPort, workerData } from 'node:worker_threads'
import { Backlog } from './backlog.mjs'
import { storePiece } from './store.mjs'

const { storage, backlog } = workerData
const shared = { ...storage, pieces: Buffer.from(storage.pieces) }

new Backlog(backlog).work(job => storePiece(shared, job))
parentPort.postMessage('done')
