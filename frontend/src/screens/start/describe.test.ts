import { describe, expect, it } from 'vitest';
import { describeProgram } from './describe';

const released = { version: '1.2.0', commit: '4f2a9c1', system: 'linux/amd64', demo: false };

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
