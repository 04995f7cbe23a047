import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '../../api';
import { StartScreen } from './StartScreen';

vi.mock(import('../../api'), async (original) => ({ ...(await original()), start: vi.fn<typeof api.start>() }));

const view: api.StartView = {
  version: '1.2.0',
  commit: '4f2a9c1',
  system: 'linux/amd64',
  demo: false,
  dataFolder: '/data',
  trouble: { code: 'not_set_up', message: 'Nothing is set up.', next: 'Import settings.' },
};
const start = vi.mocked(api.start);

describe('StartScreen', () => {
  beforeEach(() => {
    start.mockReset();
  });

  it('says that it is reading, then what it read', async () => {
    start.mockResolvedValue(view);
    render(<StartScreen />);
    expect(screen.getByRole('status').textContent).toContain('Reading');
    expect((await screen.findByText('Version 1.2.0 (4f2a9c1), linux/amd64')).tagName).toBe('P');
    expect(screen.getByRole('heading', { name: 'Not set up yet' }).className).toBe('');
    expect(screen.getByText('/data').tagName).toBe('CODE');
    expect(screen.queryByText(/made up/)).toBeNull();
  });

  it('says so when it is a demo', async () => {
    start.mockResolvedValue({ ...view, demo: true });
    render(<StartScreen />);
    expect((await screen.findByText(/everything here is made up/)).textContent).toContain('Demo');
  });

  it('gives the reason when the program does not answer, and asks again', async () => {
    start.mockRejectedValueOnce(new Error('no answer.')).mockResolvedValueOnce(view);
    render(<StartScreen />);
    expect((await screen.findByRole('alert')).textContent).toContain('no answer.');
    fireEvent.click(screen.getByRole('button', { name: 'Ask again' }));
    expect((await screen.findByText(/^Version 1\.2\.0/)).textContent).toContain('4f2a9c1');
    expect(start).toHaveBeenCalledTimes(2);
  });
});
