// What the main thread and the worker that runs a target say to each other.

export interface WorkerData {
  readonly name: string
  readonly seed: number
  /** At most so many; Infinity: no bound. */
  readonly executions: number
  readonly milliseconds: number
  /** An Int32 that counts executions, the length of the input under execution, and its bytes. */
  readonly shared: SharedArrayBuffer
}

export interface Counts {
  readonly executions: number
  /** Kinds of results seen. */
  readonly outcomes: number
}

export type WorkerMessage =
  | ({ readonly type: 'progress' | 'done' } & Counts)
  | { readonly type: 'found'; readonly input: Uint8Array; readonly text: string; readonly execution: number }
