import { Shores } from '../../parts/Shores';
import { TopBar } from '../../parts/TopBar';
import { describeProgram } from './describe';
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
        <section className="start-next" aria-labelledby="start-next">
          <h2 id="start-next">The command line is ready; the window&rsquo;s screens follow</h2>
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
        <Footer state={state} again={again} />
      </main>
    </>
  );
}

function Footer({ state, again }: { state: StartState; again: () => void }) {
  switch (state.face) {
    case 'working':
      return (
        <p className="start-foot" role="status">
          Asking the program which version it is.
        </p>
      );
    case 'failed':
      return (
        <div className="start-failed" role="alert">
          <p>
            The window got no answer from the program behind it: {state.reason} If asking again does not help, close the
            window and open it again.
          </p>
          <button type="button" onClick={again}>
            Ask again
          </button>
        </div>
      );
    case 'full':
      return <p className="start-foot">{describeProgram(state.view)}</p>;
  }
}
