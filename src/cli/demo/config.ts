import { join } from 'node:path';
import type { JsonObject } from '../../model/json.ts';

/**
 * The configuration the demo writes: three facilities, three ways bytes are reached. SIBYLS names its files in a namespace
 * (`sibyls://`) that a rule turns into a URL, the microscope's are read where the crate is, and the MX beamline's storage is
 * mounted, so that a pasted `fetch` works after the demo's web server is gone.
 */
export function demoConfig(facilityUrl: string, payload: string): JsonObject {
  const crate = (name: string) => `${facilityUrl}/crates/${name}/`;
  const document = (name: string) => `${crate(name)}ro-crate-metadata.json`;
  const open = { metadata: 'public', content: 'public' };
  const loopback = { allow: ['127.0.0.1/32'] };
  const sibyls = 'als-sibyls-saxs-2024-05-16';
  const mx = 'ssrl-bl12-1-mx-2024-06-02';
  const krios = 'emsl-krios-cryoem-2024-07-11';
  return {
    facilities: [
      {
        code: 'ALS',
        name: 'Advanced Light Source (demo)',
        timezone: 'America/Los_Angeles',
        access: open,
        sources: [{ name: 'sibyls', kind: 'urls', url: document(sibyls) }],
        storage: [{ prefix: 'sibyls://als/', url: `${facilityUrl}/storage/` }],
        network: loopback,
      },
      {
        code: 'SSRL',
        name: 'Stanford Synchrotron Radiation Lightsource (demo)',
        timezone: 'America/Los_Angeles',
        access: open,
        sources: [{ name: 'bl12-1', kind: 'urls', url: document(mx) }],
        storage: [{ prefix: crate(mx), root: join(payload, 'crates', mx) }],
        network: loopback,
      },
      {
        code: 'EMSL',
        name: 'Environmental Molecular Sciences Laboratory (demo)',
        timezone: 'America/Los_Angeles',
        access: open,
        sources: [{ name: 'krios', kind: 'urls', url: document(krios) }],
        storage: [{ prefix: crate(krios), url: crate(krios) }],
        network: loopback,
      },
    ],
  };
}
