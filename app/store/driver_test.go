package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"deskbridge/app/store"
)

// These tests are about the driver: each keeps one of its known faults from
// coming back with a new version.

func openDriver(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func TestDriver_CancelledQueryLeavesTheConnectionUsable(t *testing.T) {
	db := openDriver(t, store.WriterDSN(filepath.Join(t.TempDir(), "x.db")))
	db.SetMaxOpenConns(1)
	_, err := db.Exec("CREATE TABLE t (n INTEGER) STRICT")
	must(t, err)
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		_, err = db.ExecContext(ctx, `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT sum(n) FROM c`)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("endless query ended with %v", err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES (1)"); err != nil {
			t.Fatalf("after a cancelled query: %v", err)
		}
	}
	var n int
	must(t, db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	if n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
}

func TestDriver_TransactionsAreImmediate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	first := openDriver(t, store.WriterDSN(path))
	_, err := first.Exec("CREATE TABLE t (n INTEGER) STRICT")
	must(t, err)
	tx, err := first.Begin() // writes nothing, and must lock all the same
	must(t, err)
	defer func() { must(t, tx.Rollback()) }()

	second := openDriver(t, store.WriterDSN(path))
	second.SetMaxOpenConns(1)
	_, err = second.Exec("PRAGMA busy_timeout = 1")
	must(t, err)
	if tx, err := second.Begin(); err == nil {
		must(t, tx.Rollback())
		t.Error("two transactions at once: not immediate")
	}
}

func TestDriver_EveryConnectionGetsThePragmas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for name, dsn := range map[string]string{"writer": store.WriterDSN(path), "reader": store.ReaderDSN(path)} {
		db := openDriver(t, dsn)
		want := map[string]string{"foreign_keys": "1", "busy_timeout": "5000", "temp_store": "2", "mmap_size": "0", "trusted_schema": "0"}
		if name == "writer" {
			want["journal_mode"], want["synchronous"], want["fullfsync"], want["query_only"] = "wal", "2", "1", "0"
		} else {
			want["query_only"] = "1"
		}
		for range 3 {
			conn, err := db.Conn(t.Context()) // held, so that the next one is new
			must(t, err)
			defer func() { must(t, conn.Close()) }()
			for pragma, value := range want {
				var got string
				must(t, conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
				if got != value {
					t.Errorf("%s: %s = %s, want %s", name, pragma, got, value)
				}
			}
		}
	}
}

func TestDriver_VersionHasTheKnownFixes(t *testing.T) {
	version, err := open(t, filepath.Join(t.TempDir(), "x.db")).SQLiteVersion(t.Context())
	must(t, err)
	if version < "3.54.1" {
		t.Errorf("SQLite %s, want at least 3.54.1", version)
	}
}

func TestDriver_KeepsOddText(t *testing.T) {
	db := openDriver(t, store.WriterDSN(filepath.Join(t.TempDir(), "x.db")))
	for _, text := range []string{"", "a\x00b", "𝕏 🔥 שלום", "line\r\nline\u2028"} {
		var got string
		must(t, db.QueryRow("SELECT ?", text).Scan(&got))
		if got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}
