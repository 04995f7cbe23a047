package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator"
)

// program is the built program, run as real processes against a simulator in
// a process of its own.
type program struct {
	tb          testing.TB
	binary      string
	dir         string
	connectwise string // address of the simulated PSA, which also reports
	env         []string
}

// start serves a simulated world with the given options and imports settings
// that lead to it.
func start(tb testing.TB, options ...string) *program {
	tb.Helper()
	binary := os.Getenv("DESKBRIDGE_BINARY")
	if binary == "" {
		tb.Skip("DESKBRIDGE_BINARY does not name the built program")
	}
	p := &program{tb: tb, binary: binary, dir: tb.TempDir()}
	settings := filepath.Join(p.dir, "settings.json")
	sim := exec.Command(binary, append([]string{
		"simulate", "--zendesk", "127.0.0.1:0", "--connectwise", "127.0.0.1:0", "--settings", settings,
	}, options...)...)
	var said bytes.Buffer
	sim.Stderr = &said
	out, err := sim.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := sim.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = sim.Process.Kill()
		_ = sim.Wait()
		if tb.Failed() {
			tb.Logf("simulate ended with %v and said: %s", sim.ProcessState, said.String())
		}
	})
	p.env = append(os.Environ(), "DESKBRIDGE_DATA_DIR="+filepath.Join(p.dir, "data"))
	// It prints addresses, then the variables to set, then what to do next.
	for lines := bufio.NewScanner(out); ; {
		if !lines.Scan() {
			tb.Fatalf("simulate ended early: %s", said.String())
		}
		line := lines.Text()
		if address, ok := strings.CutPrefix(line, "ConnectWise "); ok {
			p.connectwise = strings.TrimSpace(address)
		}
		if variable, ok := strings.CutPrefix(line, "export "); ok {
			p.env = append(p.env, variable)
		}
		if strings.HasPrefix(line, "Next") {
			break
		}
	}
	p.run(nil, "settings", "import", settings)
	return p
}

// command prepares one command of the program.
func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Env = p.env
	return cmd
}

// run runs a command to its end, demands exit code 0 and decodes what it
// printed, if into is not nil.
func (p *program) run(into any, args ...string) *os.ProcessState {
	p.tb.Helper()
	cmd := p.command(args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		p.tb.Fatalf("%v: %v\n%s%s", args, err, out.String(), said.String())
	}
	if into != nil {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			p.tb.Fatalf("%v printed %q: %v", args, out.String(), err)
		}
	}
	return cmd.ProcessState
}

// runFor runs a command and kills it after a while; it reports whether the
// command was still running then.
func (p *program) runFor(d time.Duration, args ...string) (killed bool) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.binary, args...) // kills with SIGKILL
	cmd.Env = p.env
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.tb.Fatal(err)
	}
	return ctx.Err() != nil && err != nil
}

// report asks the simulator what became of the tickets.
func (p *program) report() simulator.Report {
	p.tb.Helper()
	res, err := http.Get(p.connectwise + "/simulator/report")
	if err != nil {
		p.tb.Fatal(err)
	}
	defer res.Body.Close()
	var r simulator.Report
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		p.tb.Fatal(err)
	}
	return r
}
