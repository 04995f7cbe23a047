import { describe, expect, it } from 'vitest';
import type { StartView } from '../../api';
import { describeData, describeProgram } from './describe';

const released: StartView = {
  version: '1.2.0',
  commit: '4f2a9c1',
  system: 'linux/amd64',
  demo: false,
  dataFolder: '/data',
};
const running = { zendesk: 'acme.zendesk.com', connectWise: 'acme', inSync: 40, problems: 0, lastGoodAt: '' };

describe('describeProgram', () => {
  it('names a release with its commit', () => {
    expect(describeProgram(released)).toBe('Version 1.2.0 (4f2a9c1), linux/amd64');
  });
  it('leaves out a commit it does not know', () => {
    expect(describeProgram({ ...released, commit: '' })).toBe('Version 1.2.0, linux/amd64');
  });
  it('does not call an unlabelled build a version', () => {
    expect(describeProgram({ ...released, version: 'dev', commit: '' })).toBe('Development version, linux/amd64');
  });
});

describe('describeData', () => {
  it('does not take a first start for a failure', () => {
    const trouble = { code: 'not_set_up', message: 'Nothing is set up.', next: 'Import settings.' };
    expect(describeData({ ...released, trouble })).toEqual({
      headline: 'Not set up yet',
      sentence: 'Import settings.',
      warning: false,
    });
  });
  it('gives the message and the next step of any other trouble', () => {
    const trouble = { code: 'database_newer', message: 'The data is newer.', next: 'Update Deskbridge.' };
    expect(describeData({ ...released, trouble })).toEqual({
      headline: 'The data is newer.',
      sentence: 'Update Deskbridge.',
      warning: true,
    });
  });
  it('counts what is in sync, and says that no run has succeeded', () => {
    expect(describeData({ ...released, data: running })).toEqual({
      headline: '40 tickets in sync',
      sentence: 'Zendesk acme.zendesk.com, ConnectWise acme. No run has succeeded yet.',
      warning: false,
    });
  });
  it('puts open problems before good news', () => {
    const said = describeData({ ...released, data: { ...running, problems: 1, lastGoodAt: '2026-11-02T08:00:00Z' } });
    expect(said.headline).toBe('1 problem open');
    expect(said.sentence).toContain('Last good run: ');
    expect(said.warning).toBe(true);
  });
  it('keeps live data out of the demo', () => {
    expect(describeData({ ...released, demo: true, data: running }).headline).toBe('Demo');
  });
});
