import type { RebaseItem, Tombstone } from '../model/curation.ts';
import { type Outcome, success } from '../model/failure.ts';
import type { Curating } from './curating.ts';
import type { ServiceClient } from './service-client.ts';

const PLACE = { withdraw: 'withdrawals', redact: 'redactions' } as const;

/** What a curator does, on a running service. */
export function remoteCurating(service: ServiceClient): Curating {
  const items = async <T>(path: string): Promise<Outcome<readonly T[]>> => {
    const page = await service.json<{ items: readonly T[] }>(path);
    return page.ok ? success(page.value.items) : page;
  };
  return {
    rebase: ({ facility, from, to, because, dryRun }) =>
      service.post('rebases', {
        facility,
        from,
        to,
        dry_run: dryRun,
        ...(because === null ? {} : { because }),
      }),
    undoRebase: ({ id }) => service.post(`rebases/${encodeURIComponent(id)}/undo`, {}),
    rebases: () => items<RebaseItem>('rebases'),
    redact: ({ entity, crate, because }) =>
      service.post('redactions', { entity, because, ...(crate === null ? {} : { crate }) }),
    withdraw: ({ crate, because }) => service.post('withdrawals', { crate, because }),
    tombstones: (kind) => items<Tombstone>(PLACE[kind]),
    liftTombstone: (kind, id) => service.post(`${PLACE[kind]}/${encodeURIComponent(id)}/lift`, {}),
  };
}
