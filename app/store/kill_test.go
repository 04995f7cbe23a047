package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

// killEnv makes the test binary a writer that goes on until it is killed.
const killEnv = "DESKBRIDGE_TEST_STORE_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(killEnv); path != "" {
		writeUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// writeUntilKilled prints each ticket's number once its announcement is
// acknowledged.
func writeUntilKilled(path string) {
	s, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	c, err := s.Connection(context.Background(), "acme", "msp")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for id := ticket.DeskID(w + 1); ; id += 8 {
				snap := snapshot(id, at(1))
				if err := c.Intend(context.Background(), []journal.Entry{createEntry(snap, 0), noteEntry(id, 5, 1, 1)}); err != nil {
					return
				}
				fmt.Println(id) // one write call, so lines stay whole
			}
		})
	}
	group.Wait()
}

func TestKill_NothingAcknowledgedIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	self, err := os.Executable()
	must(t, err)
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	for round := range 3 {
		path := fmt.Sprint(path, round)
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), killEnv+"="+path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		acknowledged := map[ticket.DeskID]bool{}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			id, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatalf("writer says %q", lines.Text())
			}
			acknowledged[ticket.DeskID(id)] = true
			if len(acknowledged) == 60*(round+1) {
				must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait() // killed

		s := open(t, path)
		must(t, s.Check(t.Context()))
		entries, err := connect(t, s).OpenEntries(t.Context())
		must(t, err)
		found := map[ticket.DeskID]int{}
		for _, e := range entries {
			found[e.Desk]++
		}
		for id := range acknowledged {
			if found[id] != 2 {
				t.Errorf("ticket %d was acknowledged with 2 entries, %d are there", id, found[id])
			}
		}
		for id, n := range found {
			if n != 2 {
				t.Errorf("ticket %d is half announced: %d entries", id, n)
			}
		}
	}
}
