import type { StartView } from '../../api';

/** Names the program as a person would quote it: "Version 1.2.0 (4f2a9c1), linux/amd64". */
export function describeProgram(view: StartView): string {
  const version = view.version === 'dev' ? 'Development version' : `Version ${view.version}`;
  const commit = view.commit === '' ? '' : ` (${view.commit})`;
  return `${version}${commit}, ${view.system}`;
}

/** Where the data folder stands. Only a trouble that somebody must look at is a warning. */
export interface Standing {
  headline: string;
  sentence: string;
  warning: boolean;
}

export function describeData(view: StartView): Standing {
  if (view.demo) {
    return { headline: 'Demo', sentence: 'Live settings and tickets are not touched.', warning: false };
  }
  if (view.trouble !== undefined) {
    const { code, message, next } = view.trouble;
    if (code === 'not_set_up') return { headline: 'Not set up yet', sentence: next, warning: false };
    return { headline: message, sentence: next, warning: true };
  }
  if (view.data === undefined) {
    return { headline: 'Unknown', sentence: 'The program said nothing of its data.', warning: true };
  }
  const { zendesk, connectWise, inSync, problems, lastGoodAt } = view.data;
  const between = `Zendesk ${zendesk}, ConnectWise ${connectWise}.`;
  const last = lastGoodAt === '' ? 'No run has succeeded yet.' : `Last good run: ${localTime(lastGoodAt)}.`;
  if (problems > 0) {
    return { headline: `${count(problems, 'problem')} open`, sentence: `${between} ${last}`, warning: true };
  }
  return { headline: `${count(inSync, 'ticket')} in sync`, sentence: `${between} ${last}`, warning: false };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function localTime(rfc3339: string): string {
  return new Date(rfc3339).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
