import './TopBar.css';

export function TopBar({ demo }: { demo: boolean }) {
  return (
    <>
      <header className="topbar">
        <svg className="topbar-mark" viewBox="0 0 22 14" aria-hidden="true">
          <path d="M0 0H22V14H18C18 9.5 15 7 11 7S4 9.5 4 14H0Z" />
        </svg>
        <span className="topbar-name">Deskbridge</span>
      </header>
      {demo && <p className="topbar-demo">Demo: everything here is made up and kept apart from real data.</p>}
    </>
  );
}
