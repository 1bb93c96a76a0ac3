// One hashing thread and the batches of jobs that it has. It has at most BATCHES_AHEAD of them, so that it never waits for the
// next. Its answers are taken as messages, or when they are looked for: the event loop comes round to messages only after it
// has read all that has arrived, which on a fast line takes ten pieces' time.
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { HASH_LENGTH } from '../base/ids.ts'
import { hashWorker, type HashBatchResult, type HashFault, type HashJob } from './hash-worker.ts'

/** Of pieces, one each: answers are looked for only now and then, and with two a thread waited for more. */
const BATCHES_AHEAD = 4
/** Of parts of files, gathered, below which it needs more: one that is being done and one that waits. */
const DRY = 2

export interface PendingJob {
  readonly job: HashJob
  readonly bytes: number
  readonly sent: 'at once' | 'gathered'
  readonly resolve: (digest: Uint8Array | HashFault) => void
  readonly reject: (error: unknown) => void
}

export interface HashThreadOwner {
  /** A batch is done: there is room for another. */
  done(): void
  /** The thread is gone. */
  failed(thread: HashThread, error: unknown): void
}

export class HashThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  /** Sent and not answered, oldest first. */
  readonly #batches: (readonly PendingJob[])[] = []
  readonly #owner: HashThreadOwner

  private constructor(worker: Worker, port: MessagePort, owner: HashThreadOwner) {
    this.#worker = worker
    this.#port = port
    this.#owner = owner
    worker.unref()
    worker.on('error', error => owner.failed(this, error))
    port.on('message', (result: HashBatchResult) => this.#settle(result))
    port.unref()
  }

  /** @returns undefined where the system lets none be started */
  static start(owner: HashThreadOwner): HashThread | undefined {
    const { port1, port2 } = new MessageChannel()
    try {
      const source = `(${hashWorker.toString()})()`
      const worker = new Worker(source, { eval: true, stdin: false, workerData: port2, transferList: [port2] })
      return new HashThread(worker, port1, owner)
    } catch {
      port1.close()
      return undefined
    }
  }

  /** Whether it would come to one more batch soon. */
  get hasRoom(): boolean {
    return this.#batches.length < BATCHES_AHEAD
  }

  get runsDry(): boolean {
    return this.#batches.length < DRY
  }

  /** Does these next. */
  take(batch: readonly PendingJob[]): void {
    if (this.#batches.length === 0) this.#port.ref()
    this.#batches.push(batch)
    this.#port.postMessage(batch.map(({ job }) => job))
  }

  /** Takes what it has done by now. */
  receive(): void {
    while (this.#batches.length > 0) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      this.#settle(received.message as HashBatchResult)
    }
  }

  /** Ends it. @returns what it had not done; it does nothing any more */
  async end(): Promise<readonly PendingJob[]> {
    this.#port.close()
    await this.#worker.terminate()
    return this.#batches.splice(0).flat()
  }

  #settle({ digests, faults }: HashBatchResult): void {
    const batch = this.#batches.shift() ?? []
    if (this.#batches.length === 0) this.#port.unref()
    for (const [index, { resolve }] of batch.entries()) {
      resolve(faults.get(index) ?? digests.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH))
    }
    this.#owner.done()
  }
}
