import { type Outcome, success } from '../../model/failure.ts';
import { credentialWarnings } from '../../net/expiry.ts';
import { type BridgeContext, configuredSources } from '../context.ts';

/**
 * Tells of credentials that end soon, once for each end: a service runs for months, and what it said when it started is
 * forgotten. Where a secret is missing or refused is told by the pulls that need it.
 */
export async function tellExpiring(context: BridgeContext): Promise<Outcome<void>> {
  for (const { facility, source } of configuredSources(context.config)) {
    const here = { facility: facility.code, source: source.name };
    for (const warning of credentialWarnings(source.credentials, context.secrets, context.now())) {
      if (warning.ends_at === null) continue;
      const type = `source.credential ${warning.where}`;
      const tells = await context.registry.tellOnce({ ...here, type, since: warning.ends_at });
      if (!tells.ok) return tells;
      if (!tells.value) continue;
      const recorded = await context.registry.recordChange({
        ...here,
        type: 'source.credential',
        at: context.now().toISOString(),
        proposal_id: null,
        crate_id: null,
        crate_iri: null,
        crate_version_id: null,
        pull_id: null,
        data: { ...warning },
      });
      if (!recorded.ok) return recorded;
    }
  }
  return success(undefined);
}
