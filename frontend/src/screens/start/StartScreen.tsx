import { Shores } from '../../parts/Shores';
import { TopBar } from '../../parts/TopBar';
import { describeData, describeProgram } from './describe';
import { useStart, type StartState } from './useStart';
import './StartScreen.css';

export function StartScreen() {
  const [state, again] = useStart();
  return (
    <>
      <TopBar demo={state.face === 'full' && state.view.demo} />
      <main className="start">
        <Shores />
        <h1>Every support ticket carried across, once</h1>
        <p className="start-lead">
          Deskbridge keeps Zendesk and ConnectWise PSA in step from this computer, without a server in the middle.
        </p>
        <div className="start-cards">
          <section className="start-card" aria-labelledby="start-commands">
            <h2 id="start-commands">The command line is ready; the window&rsquo;s screens follow</h2>
            <dl>
              <dt>See it at work, without any account</dt>
              <dd>
                <code>deskbridge demo --headless</code>
              </dd>
              <dt>List everything it can do</dt>
              <dd>
                <code>deskbridge --help</code>
              </dd>
            </dl>
          </section>
          <section className="start-card" aria-label="On this computer">
            <ThisComputer state={state} again={again} />
          </section>
        </div>
        <p className="start-foot">{state.face === 'full' && describeProgram(state.view)}</p>
      </main>
    </>
  );
}

function ThisComputer({ state, again }: { state: StartState; again: () => void }) {
  switch (state.face) {
    case 'working':
      return <p role="status">Reading what is kept on this computer.</p>;
    case 'failed':
      return (
        <div role="alert">
          <h2 className="start-warning">The window got no answer from the program behind it</h2>
          <p>{state.reason}</p>
          <p>If asking again does not help, close the window and open it again.</p>
          <button type="button" onClick={again}>
            Ask again
          </button>
        </div>
      );
    case 'full': {
      const { headline, sentence, warning } = describeData(state.view);
      return (
        <>
          <h2 className={warning ? 'start-warning' : undefined}>{headline}</h2>
          <p>{sentence}</p>
          <dl>
            <dt>Data folder</dt>
            <dd>
              <code>{state.view.dataFolder}</code>
            </dd>
          </dl>
        </>
      );
    }
  }
}
