import type { ChangeEvent } from '../../model/changes.ts';

/** Media type of an event in structured mode (CloudEvents 1.0, HTTP Protocol Binding §3.2). */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** Our types are reverse-DNS names, as CloudEvents 1.0 asks for. */
const TYPE_PREFIX = 'org.crate-bridge.';

/**
 * A change as a CloudEvents 1.0 event. `source` and `id` name it for ever, however often it is sent; `data` is the change
 * as the feed shows it, and its cursor continues there.
 */
export function cloudEvent(event: ChangeEvent, publicUrl: string | null) {
  return {
    specversion: '1.0',
    id: event.id,
    source: publicUrl ?? 'crate-bridge',
    type: `${TYPE_PREFIX}${event.type}`,
    subject: event.crate_iri ?? `${event.facility}/${event.source}`,
    time: event.at,
    datacontenttype: 'application/json',
    data: event,
  };
}
