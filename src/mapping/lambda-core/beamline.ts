/** BeamlineEnum of lambda-ber-schema → beamline id, which is unique only within its facility. */
const BEAMLINES: ReadonlyMap<string, string> = new Map([
  ['ALS_SIBYLS', '12.3.1'],
  ['ALS_BL501', '5.0.1'],
  ['ALS_BL502', '5.0.2'],
  ['ALS_BL821', '8.2.1'],
  ['ALS_BL822', '8.2.2'],
  ['ALS_BL831', '8.3.1'],
  ['ALS_BL832', '8.3.2'],
  ['ALS_BL1222', '12.2.2'],
  ['NSLS2_FMX', '17-ID-1'],
  ['NSLS2_AMX', '17-ID-2'],
  ['NSLS2_NYX', '19-ID'],
  ['NSLS2_LIX', '16-ID'],
  ['APS_GMCA_23IDB', '23-ID-B'],
  ['APS_GMCA_23IDD', '23-ID-D'],
  ['APS_LSCAT_21ID', '21-ID'],
  ['APS_LSCAT_21IDD', '21-ID-D'],
  ['APS_LSCAT_21IDF', '21-ID-F'],
  ['APS_LSCAT_21IDG', '21-ID-G'],
  ['APS_NECAT_24IDC', '24-ID-C'],
  ['APS_NECAT_24IDE', '24-ID-E'],
  ['APS_SERCAT_22ID', '22-ID'],
  ['APS_SERCAT_22BM', '22-BM'],
  ['APS_SBCCAT_19ID', '19-ID'],
  ['APS_SBCCAT_19BM', '19-BM'],
  ['APS_BIOCARS_14ID', '14-ID'],
  ['APS_BIOCAT_18ID', '18-ID'],
  ['APS_IMCACAT_17ID', '17-ID'],
  ['SSRL_BL92', '9-2'],
  ['SSRL_BL121', '12-1'],
  ['SSRL_BL122', '12-2'],
  ['SSRL_BL141', '14-1'],
  ['SNS_MANDI', 'BL-11B'],
  ['HFIR_IMAGINE', 'CG-4D'],
  ['SNS_BIOSANS', 'CG-3'],
  ['SNS_EQSANS', 'BL-6'],
]);

/** Names a facility puts before its beamlines: `SSRL-BL12-1`, `Diamond I03`. */
const FACILITY_PREFIX =
  /^(nsls-?(?:ii|2)|als|ssrl|esrf|diamond|photon-?factory|aps|spring-?8|petra-?iii|soleil|australian-?synchrotron|emsl|sns|hfir)(?![a-z0-9])-*/;

/** Letters, a number, and at most a few short groups: `12-1`, `8.3.1`, `17-id-1`, `i03`, `cg-4d`, `11b`. */
const BEAMLINE_SHAPE = /^[a-z]{0,3}-?\d{1,2}(?:[.-]?[a-z0-9]{1,2}){0,3}$/;

/**
 * One spelling for one beamline of one facility: `BL12-1`, `SSRL BL 12-1`, `beamline 12-1` and the registry id
 * `SSRL_BL121` are all `12-1`. Null where nothing is left. `facility` is the config's code; it is stripped like any
 * other facility name and finds the registry's nicknames (`SIBYLS` at `als`).
 */
export function normalisedBeamline(written: string, facility: string): string | null {
  const spelled = written
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const registered = registeredBeamline(spelled, facility);
  if (registered !== null) return bare(registered.toLowerCase());
  const own = facility.toLowerCase().replace(/[\s_]+/g, '-');
  const local =
    own !== '' && spelled.startsWith(`${own}-`)
      ? spelled.slice(own.length + 1)
      : spelled.replace(FACILITY_PREFIX, '');
  const rest = bare(local);
  return rest === '' ? null : rest;
}

/** Whether a free-text instrument name is nothing but a beamline id once its facility and `BL` are taken off. */
export function looksLikeBeamline(written: string, facility: string): boolean {
  const id = normalisedBeamline(written, facility);
  return id !== null && BEAMLINE_SHAPE.test(id);
}

/** Whether the text is a value of BeamlineEnum. */
export function isRegisteredBeamline(written: string): boolean {
  return BEAMLINES.has(written.trim().toUpperCase());
}

function registeredBeamline(spelled: string, facility: string): string | null {
  const value = spelled.replaceAll('-', '_').toUpperCase();
  const prefix = facility.toUpperCase().replace(/^NSLS[_-]?(?:II|2)$/, 'NSLS2');
  return BEAMLINES.get(value) ?? BEAMLINES.get(`${prefix}_${value}`) ?? null;
}

function bare(id: string): string {
  return id
    .replace(/^(?:beam-?line|bl)-*(?=.*\d)/, '')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '');
}
