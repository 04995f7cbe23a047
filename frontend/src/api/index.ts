// The only door to the program: screens import from here, and nothing else
// imports wailsjs. Every promise that fails does so with a Failure.
import { Start } from '../../wailsjs/go/window/Window';
import type { window as views } from '../../wailsjs/go/models';
import { toFailure } from './failure';

export type StartView = views.StartView;

export type { Failure } from './failure';

export function start(): Promise<StartView> {
  return call(Start);
}

async function call<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (thrown) {
    throw toFailure(thrown);
  }
}
