import type { StartView } from '../../api';

/** Names the program as a person would quote it: "Version 1.2.0 (4f2a9c1), linux/amd64". */
export function describeProgram(view: StartView): string {
  const version = view.version === 'dev' ? 'Development version' : `Version ${view.version}`;
  const commit = view.commit === '' ? '' : ` (${view.commit})`;
  return `${version}${commit}, ${view.system}`;
}
