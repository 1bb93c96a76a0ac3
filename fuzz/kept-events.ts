// Events outlive their chunk only where nothing in them is borrowed.
import type { PeerEvent } from '../src/lib/wire/events.ts'

/** The event as it stands now. */
export function kept(event: PeerEvent): PeerEvent {
  return event.type === 'extended' ? { ...event, payload: event.payload.slice() } : event
}
