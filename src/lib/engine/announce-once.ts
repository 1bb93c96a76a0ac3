// One announce to one tracker, sent once, with all that went out and came in: to see why a tracker says no.
import type { BtError } from '../base/errors.ts'
import type { Family } from '../discovery/ip.ts'
import type { AnnounceRequest, AnnounceResponse, TraceStep } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { asBtError } from './errors.ts'
import { stepOf } from './tracker-answers.ts'
import { announceTo } from './tracker-call.ts'

/** Messages that are kept: anybody can send datagrams, and a flood of them must not fill the memory. */
const MAX_STEPS = 1000

export interface AnnounceOnce {
  readonly url: string
  readonly request: AnnounceRequest
  readonly registry: PluginRegistry
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly timeout: number
  /** The only address family to reach the tracker over; any by default. */
  readonly family?: Family
  /** Whether the user wrote the URL: a stranger's may aim at services of this machine, and is kept from those. */
  readonly trusted: boolean
  readonly onWarning: (message: string) => void
}

/** A message, and the milliseconds since the first one went out. */
export interface TimedStep extends TraceStep {
  readonly at: number
}

export interface AnnounceOutcome {
  readonly url: string
  readonly request: AnnounceRequest
  readonly steps: readonly TimedStep[]
  /** Milliseconds since the first message went out. */
  readonly elapsed: number
  readonly answer: { readonly response: AnnounceResponse } | { readonly error: BtError }
}

/** Never rejects for what the tracker does. @throws the signal's reason once that aborts. */
export async function announceOnce(options: AnnounceOnce): Promise<AnnounceOutcome> {
  const { url, request, timeout, family, trusted, signal } = options
  const steps: TimedStep[] = []
  let began = performance.now()
  const elapsed = (): number => performance.now() - began
  const io = {
    once: true,
    patience: timeout,
    loopback: trusted ? 'anything' : 'trackers',
    trace: (told: TraceStep) => {
      const step = stepOf(told)
      if (step === undefined || steps.length >= MAX_STEPS) return
      // What comes before, such as loading what speaks HTTP, is not the tracker's time.
      if (steps.length === 0) began = performance.now()
      steps.push({ ...step, at: elapsed() })
    },
    ...(family !== undefined && { family }),
  } as const
  const answer = await announceTo({ ...options, io }, request).then(
    response => ({ response }),
    (error: unknown) => ({ error: asBtError(error) }),
  )
  signal.throwIfAborted()
  return { url, request, steps, elapsed: elapsed(), answer }
}
