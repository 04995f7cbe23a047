import './Shores.css';

const columns = [350, 380, 410, 440, 470, 500, 530, 560, 590, 620, 650];

/** The two sides and the bridge between them. Decorative: the words beside it say it all. */
export function Shores() {
  return (
    <div className="shores">
      <div className="shore shore-desk">
        <span className="shore-name">
          <svg className="shore-side" viewBox="0 0 13 13" aria-hidden="true">
            <rect x="0.75" y="0.75" width="11.5" height="11.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
            <rect x="0.75" y="0.75" width="5.75" height="11.5" fill="currentColor" />
          </svg>
          Zendesk
        </span>
        <span className="shore-duty">Where tickets arrive</span>
      </div>
      <div className="shore shore-psa">
        <span className="shore-name">
          <svg className="shore-side" viewBox="0 0 13 13" aria-hidden="true">
            <rect x="0.75" y="0.75" width="11.5" height="11.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
            <rect x="6.5" y="0.75" width="5.75" height="11.5" fill="currentColor" />
          </svg>
          ConnectWise
        </span>
        <span className="shore-duty">Where the work is done and billed</span>
      </div>
      <svg className="shores-bridge" viewBox="0 0 1000 200" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
        <path className="bridge-arch" d="M320 172 Q500 -8 680 172" />
        {columns.map((x) => (
          <path key={x} className="bridge-column" d={`M${x} 74V${archHeight(x)}`} />
        ))}
        <path className="bridge-deck" d="M0 72H1000" />
      </svg>
    </div>
  );
}

/** Where the arch stands under the deck at x; the curve is the one drawn above. */
function archHeight(x: number): number {
  const t = (x - 320) / 360;
  return Math.round((1 - t) * (1 - t) * 172 + 2 * t * (1 - t) * -8 + t * t * 172);
}
