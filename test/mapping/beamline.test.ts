import { describe, expect, it } from 'vitest';
import { looksLikeBeamline, normalisedBeamline } from '../../src/mapping/lambda-core/beamline.ts';
import { canonicalTechnique } from '../../src/mapping/lambda-core/vocabulary.ts';

describe('one beamline has one spelling', () => {
  it.each([
    [
      'ssrl',
      [
        'BL12-1',
        '12-1',
        'bl 12-1',
        'SSRL BL12-1',
        'SSRL-BL12-1',
        'Beamline 12-1',
        'SSRL_BL121',
        'SSRL_BL12_1',
      ],
    ],
    ['als', ['12.3.1', 'BL12.3.1', 'ALS BL12.3.1', 'SIBYLS', 'ALS_SIBYLS', 'beamline 12.3.1']],
    ['nsls-ii', ['17-ID-1', 'NSLS-II 17-ID-1', 'FMX', 'NSLS2_FMX']],
    ['diamond', ['I03', 'Diamond I03', 'i03']],
    ['sns', ['BL-11B', '11B', 'MANDI', 'SNS_MANDI']],
  ])('%s', (facility, spellings) => {
    expect(new Set(spellings.map((spelling) => normalisedBeamline(spelling, facility))).size).toBe(1);
  });

  it('keeps different beamlines apart', () => {
    const ids = ['12-1', '12-2', '12.1', '1-21', '9-2'].map((id) => normalisedBeamline(id, 'ssrl'));
    expect(new Set(ids).size).toBe(5);
  });

  it('knows a beamline id from another name', () => {
    for (const id of ['8.3.1', 'BL12-1', '17-ID-1', '23-ID-B', 'I03', 'id30a-3', 'CG-4D', 'BL41XU']) {
      expect(looksLikeBeamline(id, 'als'), id).toBe(true);
    }
    for (const name of ['Titan Krios 3', 'SIBYLS endstation', 'Pilatus 3 2M detector', '', 'BL', 'Glacios']) {
      expect(looksLikeBeamline(name, 'als'), name).toBe(false);
    }
  });
});

describe('one technique has one value', () => {
  it.each([
    ['saxs', 'saxs'],
    ['SAXS', 'saxs'],
    ['cryo-EM', 'cryo_em'],
    ['cryo-ET', 'cryo_et'],
    ['RX', 'xray_crystallography'],
    ['SFX', 'xray_crystallography'],
    ['X-ray crystallography', 'xray_crystallography'],
    ['XRD', 'powder_diffraction'],
    ['EMD', 'microed'],
    ['PaNET:01188', 'saxs'],
    ['small-angle-scattering/x-ray', 'saxs'],
    ['WANS', null],
    ['', null],
  ])('%j is %j', (written, value) => {
    expect(canonicalTechnique(written)).toBe(value);
  });
});
