import { useCallback, useEffect, useRef, useState } from 'react';
import { start, type StartView } from '../../api';

export type StartState =
  | { face: 'working' }
  | { face: 'failed'; reason: string }
  | { face: 'full'; view: StartView };

/** Asks the program once, and again when told to. Only the answer to the latest question counts. */
export function useStart(): [StartState, () => void] {
  const [state, setState] = useState<StartState>({ face: 'working' });
  const latest = useRef(0);

  const ask = useCallback(async () => {
    const mine = ++latest.current;
    const answer = await look();
    if (mine === latest.current) setState(answer);
  }, []);

  useEffect(() => {
    void ask();
  }, [ask]);

  const again = useCallback(() => {
    setState({ face: 'working' });
    void ask();
  }, [ask]);
  return [state, again];
}

async function look(): Promise<StartState> {
  try {
    return { face: 'full', view: await start() };
  } catch (failure) {
    return { face: 'failed', reason: failure instanceof Error ? failure.message : String(failure) };
  }
}
