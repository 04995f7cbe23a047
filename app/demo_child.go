package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// demoPatience is how long the demo looks for a write without an answer: its
// services save at once.
const demoPatience = time.Second

// command prepares one command line of this program in the demo's own folder.
// None of the user's variables for Deskbridge reach it.
func (d *demo) command(ctx context.Context, secrets bool, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	args = append(args, "--data-dir", filepath.Join(d.dir, "data"))
	cmd := exec.CommandContext(ctx, self, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(v), "DESKBRIDGE_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, EnvPatience+"="+demoPatience.String())
	if secrets {
		cmd.Env = append(cmd.Env, simulatedSecrets()...)
	}
	return cmd, nil
}

// run runs a command to its end and reads the object it printed. A command that
// ends with open problems is no error here: what it printed says so.
func (d *demo) run(ctx context.Context, into any, secrets bool, args ...string) ([]byte, error) {
	cmd, err := d.command(ctx, secrets, args...)
	if err != nil {
		return nil, err
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == int(ExitProblems) && ctx.Err() == nil {
		err = nil
	}
	if err != nil {
		d.complain(said.String())
		return nil, errors.Join(ctx.Err(), fmt.Errorf("%w: \"%s\": %w", ErrDemo, strings.Join(args, " "), err))
	}
	return out.Bytes(), decode(out.Bytes(), into)
}

// runKilled runs a command and kills it, as a power cut would, when half of the
// tickets are across.
func (d *demo) runKilled(ctx context.Context, args ...string) error {
	cmd, err := d.command(ctx, true, args...)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	var across atomic.Int64
	kill := func() {
		across.Store(int64(d.world.PSA.Len()))
		_ = cmd.Process.Kill() // one that has ended already shows below
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start sync: %w", err)
	}
	d.half.Store(&kill)
	err = cmd.Wait()
	d.half.Store(nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.report.AtKill = int(across.Load())
	if !d.expect(d.report.AtKill > 0 && err != nil, "the first sync ended before it could be killed") {
		d.complain(said.String())
	}
	return nil
}

func (d *demo) complain(text string) {
	if d.Errors != nil && text != "" {
		d.Errors(text)
	}
}
